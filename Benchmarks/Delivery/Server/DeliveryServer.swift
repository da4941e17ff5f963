import Foundation
import InProcessBroker
import Logging
import LongPolling
import NIOCore
import Polling
import PubSub
import ServerSentEvents
import ServiceLifecycle
import UnixSignals
import Updates
import WebServer
import WebSockets

/// A server with every transport, for `Benchmarks/Delivery/compare`.
@main
enum DeliveryServer {
  static func main() async throws {
    let environment = EnvironmentVariables(ProcessInfo.processInfo.environment)
    let clock: @Sendable () -> Double = { Date().timeIntervalSince1970 }
    let logger = Logger(label: "server")
    let limits = try HistoryLimits(environment, size: 1000, seconds: 3600, topics: 100_000)
    let broker = InProcessBroker(limits: limits, epoch: Numbering.newEpoch(), clock: clock)
    let hub = Hub(
      fanOut: PubSub(broker: broker), limits: limits,
      maximumQueue: try Hub.maximumQueue(environment), clock: clock)
    let server = WebServer(
      try ServerVariables(environment, maximumConnections: 100_000), hub: hub,
      transports: [
        ServerSentEvents(hub: hub), WebSockets(hub: hub), LongPolling(hub: hub),
        Polling(hub: hub, cacheSeconds: 0),
      ],
      files: "/nonexistent", logger: logger, clock: clock
    ) { _ in }
    try await ServiceGroup(
      services: [hub, server], gracefulShutdownSignals: [.sigint, .sigterm], logger: logger
    ).run()
  }
}
