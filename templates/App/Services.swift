import Foundation
import InProcessBroker
import Logging
import LongPolling
import NIOCore
import Polling
import PubSub
import ServerSentEvents
import ServiceLifecycle
import Updates
import WebServer
import WebSockets

extension App {
  /// What this server is for, in the words of `requirements.yaml`.
  static let summary = "Colleagues write in channels and see who is typing."

  /// Joins the pieces: the fan-out brings updates to this node, the transports carry them on.
  ///
  /// - Parameters:
  ///   - folder: where `Public` is.
  ///   - isListening: called once, with the address that was bound.
  static func services(
    _ environment: EnvironmentVariables, in folder: String = ".", logger: Logger,
    isListening: @escaping @Sendable (SocketAddress) async -> Void
  ) throws -> [any Service] {
    let clock: @Sendable () -> Double = { Date().timeIntervalSince1970 }
    let limits = try HistoryLimits(
      environment, size: 1000, seconds: 3600, topics: 240_000)
    let variables = try ServerVariables(
      environment, maximumConnections: 25_000)

    let broker = InProcessBroker(limits: limits, epoch: Numbering.newEpoch(), clock: clock)
    let fanOut = PubSub(broker: broker)

    let hub = Hub(
      fanOut: fanOut, limits: limits, maximumQueue: try Hub.maximumQueue(environment),
      clock: clock)
    let server = WebServer(
      variables, hub: hub,
      transports: [
        WebSockets(hub: hub),
        ServerSentEvents(hub: hub),
        LongPolling(hub: hub),
        Polling(hub: hub, cacheSeconds: 0),
      ],
      files: folder + "/Public", logger: logger, clock: clock, isListening: isListening
    ) { router in
      addRoutes(to: router, hub: hub)
    }
    return [hub, server]
  }
}
