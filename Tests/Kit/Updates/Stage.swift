import Conformance
import NIOCore
import NIOPosix
import Synchronization
import Testing
import Updates

/// A hub with a scripted fan-out, a clock that stands, and the clients of one test.
final class Stage: Sendable {
  static let loops = Array(MultiThreadedEventLoopGroup.singleton.makeIterator())

  let fanOut = ScriptedFanOut()
  let clock = ManualClock()
  let loop: any EventLoop = MultiThreadedEventLoopGroup.singleton.next()
  let hub: Hub
  private let entered = Mutex<[FakeClient]>([])

  private init(_ limits: HistoryLimits, _ maximumQueue: Int) {
    hub = Hub(fanOut: fanOut, limits: limits, maximumQueue: maximumQueue, clock: clock.read)
  }

  /// The hub outlives all its clients, as in a server.
  static func with(
    limits: HistoryLimits = .plenty, maximumQueue: Int = 1_000_000,
    _ body: (Stage) async throws -> Void
  ) async throws {
    let stage = Stage(limits, maximumQueue)
    do {
      try await body(stage)
    } catch {
      try await stage.close()
      throw error
    }
    try await stage.close()
  }

  private func close() async throws {
    for client in clients {
      try await client.loop.submit { client.leave() }.get()
      #expect(!client.journal.entries.contains { $0 == .overran })
    }
  }

  var clients: [FakeClient] { entered.withLock { $0 } }

  /// - Parameter prepare: called on the loop, before the client subscribes.
  @discardableResult
  func enter(
    _ topic: Topic, from start: Start = .now, format: LineFormat = LineFormat(),
    room: Int = .max, on loop: (any EventLoop)? = nil,
    prepare: @escaping @Sendable (FakeClient) -> Void = { _ in }
  ) -> FakeClient {
    let client = FakeClient(topic: topic, format: format, loop: loop ?? self.loop)
    entered.withLock { $0.append(client) }
    client.loop.execute { [hub] in
      client.room = room
      prepare(client)
      client.subscription = hub.subscribe(client, to: topic, from: start, on: client.loop)
    }
    return client
  }

  /// Enters and waits until the client was told its place.
  @discardableResult
  func join(
    _ topic: Topic, from start: Start = .now, format: LineFormat = LineFormat(), room: Int = .max,
    prepare: @escaping @Sendable (FakeClient) -> Void = { _ in }
  ) async throws -> FakeClient {
    let client = enter(topic, from: start, format: format, room: room, prepare: prepare)
    try await client.placed()
    return client
  }

  func leave(_ client: FakeClient) async throws {
    try await client.loop.submit { client.leave() }.get()
  }

  func drain(_ client: FakeClient, room: Int = .max) async throws {
    try await client.loop.submit { client.drain(room: room) }.get()
  }

  /// Says several updates in one turn of the loop.
  func sayAtOnce(_ texts: [String], on topic: Topic) async throws {
    try await loop.submit { [fanOut] in
      for text in texts { fanOut.say(text, on: topic) }
    }.get()
    try await settle()
  }

  /// Says an update and waits until the loop has passed it on.
  func say(_ text: String, on topic: Topic) async throws {
    fanOut.say(text, on: topic)
    try await settle()
  }

  /// Returns when the loops have done what they had to do.
  func settle() async throws {
    for loop in Self.loops { try await loop.submit {}.get() }
  }

  func tick(_ count: Int = 1) async throws {
    for _ in 0..<count { hub.tick() }
    try await settle()
  }
}
