import Foundation
import InProcessBroker
import Logging
import LongPolling
import NIOCore
import Polling
import PubSub
import ServerSentEvents
import ServiceLifecycle
import ServiceSupport
import Testing
import Updates
import WebServer
import WebSockets

/// A whole server in this process, on a free port, with all transports over HTTP.
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
      [
        "PORT": "0", "EVENT_LOOPS": "2", "PUBLISH_RATE": "1000000", "CONNECT_RATE": "1000000",
        "MAX_CONNECTIONS_PER_ADDRESS": "10000",
      ].merging(variables) { $1 })
    let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    let limits = try HistoryLimits(environment, size: 1000, seconds: 3600, topics: 100_000)
    let hub = Hub(
      fanOut: try engine.make(limits), limits: limits,
      maximumQueue: try Hub.maximumQueue(environment), clock: clock)
    let (addresses, listening) = AsyncStream.makeStream(of: SocketAddress.self)
    let server = WebServer(
      try ServerVariables(environment, maximumConnections: 10_000), hub: hub,
      transports: [
        ServerSentEvents(hub: hub), WebSockets(hub: hub), LongPolling(hub: hub),
        Polling(hub: hub, cacheSeconds: 0),
      ],
      files: files, output: output, logger: logger, clock: clock,
      isListening: { listening.yield($0) }
    ) { _ in }
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

  // MARK: Clients

  func publish(_ topic: String, _ data: String, key: String? = nil) async throws -> String {
    let answer = try await HTTPRequester.publish(topic, data, key: key, port: port)
    guard let id = answer.id else { throw ServiceFailure("publishing answers \(answer.status)") }
    return id
  }

  func connect(
    _ transport: TransportKind, _ topic: String, after: String? = nil
  ) async throws -> any TransportClient {
    try await transport.connect(topic, after: after, port: port)
  }

  func stream(
    _ topic: String, after: String? = nil, lastEventID: String? = nil, receiveBuffer: Int32? = nil
  ) async throws -> EventStreamClient {
    try await EventStreamClient.open(
      topic, port: port, after: after, lastEventID: lastEventID, receiveBuffer: receiveBuffer)
  }

  /// A socket of one topic, after it was told its place.
  func socket(
    _ topic: String, fields: [(name: String, value: String)] = []
  ) async throws -> WebSocketClient {
    let socket = try await WebSocketClient.open(topic, port: port, fields: fields)
    let place = try await socket.next()
    guard place.reset == false else { throw ServiceFailure("no place but \(place)") }
    return socket
  }

  /// A socket of several topics.
  func socket(
    fields: [(name: String, value: String)] = []
  ) async throws -> WebSocketClient {
    try await WebSocketClient.open(target: "/socket", port: port, fields: fields)
  }

  func poll(_ topic: String, after: String? = nil) async throws -> HTTPRequester.PageJSON {
    try await HTTPRequester.poll(topic, after: after, port: port)
  }

  func askForPages() async throws -> PageConnection {
    try await PageConnection.open(port: port)
  }

  // MARK: Metrics

  func metric(_ name: String) async throws -> Int {
    let metrics = try await HTTPRequester.request("GET", "/metrics", port: port)
    for line in metrics.text.split(separator: "\n") where line.hasPrefix(name + " ") {
      if let value = Int(line.dropFirst(name.utf8.count + 1)) { return value }
    }
    throw ServiceFailure("no metric \(name): \(metrics.text)")
  }

  /// Asks until it is so: the server learns of what a client does a moment after the client.
  func waitUntil(_ name: String, is value: Int) async throws {
    try await withDeadline(.usualDeadline) {
      while try await metric(name) != value {}
    } late: {
      "\(name) is not \(value)"
    }
  }

  /// Waits until so many clients are connected to streams, or have requests that are held.
  func waitForListeners(_ count: Int) async throws {
    try await waitUntil("streams", is: count)
  }
}
