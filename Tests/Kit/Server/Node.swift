import Foundation
import InProcessBroker
import Logging
import NIOCore
import Polling
import PubSub
import ServerSentEvents
import ServiceLifecycle
import ServiceSupport
import Testing
import Updates
import WebServer

/// A whole server in this process, on a free port.
struct Node {
  /// Makes the fan-out, and with it what is kept when the node ends.
  struct Engine: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var make: @Sendable (HistoryLimits) throws -> any FanOut

    static let inProcess = Engine(testDescription: "in-process") { limits in
      PubSub(
        broker: InProcessBroker(limits: limits, epoch: Numbering.newEpoch(), clock: Node.clock))
    }
  }

  let port: Int
  private let group: ServiceGroup

  static let clock: @Sendable () -> Double = { Date().timeIntervalSince1970 }

  /// Runs a node for as long as `body` takes.
  static func run(
    _ variables: [String: String] = [:], engine: Engine = .inProcess,
    output: StreamConnection.Output = .descriptor, files: String = "templates/Public",
    _ body: (Node) async throws -> Void
  ) async throws {
    let environment = EnvironmentVariables(
      ["PORT": "0", "EVENT_LOOPS": "2", "PUBLISH_RATE": "1000000"].merging(variables) { $1 })
    let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    let limits = try HistoryLimits(environment, size: 1000, seconds: 3600, topics: 100_000)
    let hub = Hub(
      fanOut: try engine.make(limits), limits: limits,
      maximumQueue: try Hub.maximumQueue(environment), clock: clock)
    let (addresses, listening) = AsyncStream.makeStream(of: SocketAddress.self)
    let server = WebServer(
      try ServerVariables(environment, maximumConnections: 10_000), hub: hub,
      streams: [ServerSentEvents(hub: hub)], files: files, output: output, logger: logger,
      clock: clock, isListening: { listening.yield($0) }
    ) { router in
      Polling(hub: hub, cacheSeconds: 0).add(to: router)
    }
    let group = ServiceGroup(services: [hub, server], logger: logger)
    try await withThrowingTaskGroup { tasks in
      tasks.addTask {
        defer { listening.finish() }
        try await group.run()
      }
      guard let port = await addresses.first(where: { _ in true })?.port else {
        throw ServiceFailure("the server does not listen")
      }
      try await body(Node(port: port, group: group))
      await group.triggerGracefulShutdown()
      try await tasks.waitForAll()
    }
  }

  /// What SIGTERM does.
  func leave() async {
    await group.triggerGracefulShutdown()
  }

  func publish(_ topic: String, _ data: String, key: String? = nil) async throws -> String {
    let answer = try await HTTPRequester.publish(topic, data, key: key, port: port)
    guard let id = answer.id else { throw ServiceFailure("publishing answers \(answer.status)") }
    return id
  }

  func stream(
    _ topic: String, after: String? = nil, lastEventID: String? = nil, receiveBuffer: Int32? = nil
  ) async throws -> EventStreamClient {
    try await EventStreamClient.open(
      topic, port: port, after: after, lastEventID: lastEventID, receiveBuffer: receiveBuffer)
  }

  func poll(_ topic: String, after: String? = nil) async throws -> HTTPRequester.PageJSON {
    try await HTTPRequester.poll(topic, after: after, port: port)
  }
}
