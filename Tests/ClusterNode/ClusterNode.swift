import Foundation
import Logging
import LongPolling
import NIOCore
import Polling
import PubSub
import RedisBroker
import ServerSentEvents
import ServiceLifecycle
import UnixSignals
import Updates
import WebServer
import WebSockets

/// One of several servers on one Redis, with every transport, for `Tests/Kit/Cluster`. All variables are
/// those of a project, but for `GRACE_SECONDS` (5): how long it counts as ready while Redis is away.
@main
enum ClusterNode {
  static func main() async {
    do {
      try await run(EnvironmentVariables(ProcessInfo.processInfo.environment))
    } catch {
      FileHandle.standardError.write(Data("error: \(error)\n".utf8))
      // 78 is EX_CONFIG, 71 EX_OSERR of sysexits.h.
      exit(error is InvalidVariable ? 78 : 71)
    }
  }

  private static func run(_ environment: EnvironmentVariables) async throws {
    let clock: @Sendable () -> Double = { Date().timeIntervalSince1970 }
    let logger = Logger(label: "node")
    let limits = try HistoryLimits(environment, size: 1000, seconds: 3600, topics: 100_000)
    var patience = RedisBroker.Patience()
    patience.grace = .seconds(
      Int64(try environment.number("GRACE_SECONDS", default: 5, in: 0...3600)))
    let broker = RedisBroker(
      try RedisAddress(environment), limits: limits, newEpoch: Numbering.newEpoch, logger: logger,
      patience: patience)
    let hub = Hub(
      fanOut: PubSub(broker: broker), limits: limits,
      maximumQueue: try Hub.maximumQueue(environment), clock: clock)
    let server = WebServer(
      try ServerVariables(environment, maximumConnections: 10_000), hub: hub,
      transports: [
        ServerSentEvents(hub: hub), WebSockets(hub: hub), LongPolling(hub: hub),
        Polling(hub: hub, cacheSeconds: 0),
      ],
      files: "/nonexistent", logger: logger, clock: clock,
      isListening: { address in
        // Not printed, which would wait for more where the output is a pipe.
        let line = "Open http://127.0.0.1:\(address.port ?? 0)\n"
        FileHandle.standardOutput.write(Data(line.utf8))
      }
    ) { _ in }
    try await ServiceGroup(
      services: [hub, server], gracefulShutdownSignals: [.sigint, .sigterm], logger: logger
    ).run()
  }
}
