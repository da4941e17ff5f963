import Foundation
import Hummingbird
import Logging
import NIOCore
import ServiceLifecycle
import UnixSignals
import Updates
import WebServer

@main
enum App {
  static func main() async {
    do {
      try await run(EnvironmentVariables(ProcessInfo.processInfo.environment))
    } catch {
      FileHandle.standardError.write(Data("error: \(error)\n".utf8))
      // 78 is EX_CONFIG, 71 EX_OSERR of sysexits.h.
      exit(error is InvalidVariable ? 78 : 71)
    }
  }

  /// Serves until SIGINT or SIGTERM, and then until its clients were led away.
  static func run(_ environment: EnvironmentVariables) async throws {
    let logger = Logger(label: "App")
    logger.info("\(summary)")
    let services = try services(environment, logger: logger) { address in
      logger.info("Open http://\(address.ipAddress ?? "127.0.0.1"):\(address.port ?? 0)")
    }
    let group = ServiceGroup(
      services: services, gracefulShutdownSignals: [.sigint, .sigterm], logger: logger)
    try await group.run()
  }

  /// The place for routes of your own. Publish from here, or from wherever you have the hub, with
  /// `try await hub.publish(Draft(topic: topic, data: text))`.
  static func addRoutes(to router: Router<ServerContext>, hub: Hub) {
  }
}
