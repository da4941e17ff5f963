import Conformance
import Logging
import NIOCore
import PubSub
import ServiceSupport
import Testing
import Updates

@testable import RedisBroker

/// What real servers do that a broker is not glad of.
@Suite(
  .enabled(if: Component.redis.isHereOrCI, "\(Component.redis.advice)"), .timeLimit(.minutes(10)))
struct RedisTroubleTests {
  private let clock = ManualClock()

  private func topic(_ name: String = "room") throws -> Topic {
    try #require(Topic(name))
  }

  /// Runs a broker around `body`, and a server around both.
  private func withBroker(
    _ redis: RedisServer, _ limits: HistoryLimits = .plenty, port: Int? = nil, user: String = "",
    _ body: (RedisBroker) async throws -> Void
  ) async throws {
    var patience = RedisBroker.Patience()
    patience.grace = .zero
    let broker = RedisBroker(
      try RedisAddress("redis://\(user)127.0.0.1:\(port ?? redis.port)"), limits: limits,
      newEpoch: Numbering.newEpoch, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
      patience: patience, clock: clock.read)
    try await withThrowingTaskGroup { tasks in
      tasks.addTask { try await broker.run() }
      try await body(broker)
      tasks.cancelAll()
    }
    try await redis.stop()
  }

  /// What is dropped when a key is repeated is no more kept than what an update drops.
  @Test(arguments: ["three", "another"])
  func aRepeatedKeyHidesNoGap(text: String) async throws {
    let topic = try topic()
    try await withBroker(.start(), HistoryLimits(size: nil, seconds: 60)) { broker in
      let start = try await broker.page(of: topic, from: .now, limit: 1).next
      for text in ["one", "two"] { _ = try await broker.publish(Draft(topic: topic, data: text)) }
      clock.advance(by: 59)
      let draft = Draft(topic: topic, data: "three", key: IdempotencyKey("k"))
      let third = try await broker.publish(draft)
      clock.advance(by: 2)
      _ = try? await broker.publish(Draft(topic: topic, data: text, key: IdempotencyKey("k")))
      _ = try await broker.publish(Draft(topic: topic, data: "four"))
      let page = try await broker.page(of: topic, from: .after(start), limit: 10)
      #expect(page.isReset)
      #expect(page.updates.first?.id == third)
    }
  }

  /// The mark joins the last sign of what stands before the name in Redis.
  @Test(arguments: ["\u{301}abc", "\u{FE0F}x", "\u{200D}z", "a b", "{a}", "stream:a", "topics"])
  func anyTopicIsWoken(name: String) async throws {
    let topic = try topic(name)
    try await withBroker(.start()) { broker in
      let arrived = Journal<Update>()
      _ = try await broker.subscribe(topic) { arrival in
        if case .updates(let updates) = arrival { updates.forEach(arrived.add) }
      }
      let id = try await broker.publish(Draft(topic: topic, data: "one"))
      try await arrived.wait { $0.map(\.id) == [id] }
    }
  }

  @Test func aConnectionMayBreakWhileThousandsOfTopicsAreRead() async throws {
    let redis = try await RedisServer.start()
    let proxy = try await TCPProxy.start(to: redis.port)
    let topics = try (0..<10_000).map { try topic("room \($0)") }
    try await withBroker(redis, port: proxy.port) { broker in
      try await withThrowingTaskGroup { tasks in
        for part in stride(from: 0, to: topics.count, by: 500) {
          tasks.addTask {
            for topic in topics[part..<part + 500] {
              _ = try await broker.subscribe(topic) { _ in }
            }
          }
        }
        try await tasks.waitForAll()
      }
      for _ in 0..<3 {
        try await proxy.cut()
        try await withDeadline(.usualDeadline) {
          while try await proxy.connections() < 2 || !broker.isReady {}
        } late: {
          "it does not come back"
        }
      }
      try await withDeadline(.usualDeadline) {
        while (try? await broker.refresh(topics[9_999])) == nil {}
      } late: {
        "it does not read again"
      }
    }
    try await proxy.close()
  }

  @Test func whereNothingCanBeWrittenWhatIsKeptCanBeRead() async throws {
    let topic = try topic()
    let redis = try await RedisServer.start()
    try await redis.command(
      "XADD", "updates:stream:room", "1000000-0", "data", "one")
    try await redis.command("HSET", "updates:topics", "/epoch", "e", "room", "0-0 1000000-0")
    try await redis.command("CONFIG", "SET", "maxmemory", "1")
    try await withBroker(redis) { broker in
      let page = try await broker.page(of: topic, from: .earliest, limit: 10)
      #expect(page.updates.map(\.data) == ["one"])
      await #expect(throws: Refusal.unavailable) {
        try await broker.publish(Draft(topic: topic, data: "two"))
      }
      #expect(!broker.isReady)
    }
  }

  /// Neither read again and again, nor waited for without an end.
  @Test func aHistoryThatCannotBeBegunIsRefused() async throws {
    let topic = try topic()
    let redis = try await RedisServer.start()
    try await redis.command("CONFIG", "SET", "maxmemory", "1")
    try await withBroker(redis) { broker in
      await #expect(throws: Refusal.unavailable) { try await broker.subscribe(topic) { _ in } }
      #expect(!broker.isReady)
    }
  }

  /// As Redis 7 makes users.
  @Test func aUserWithoutChannelsAddsNothing() async throws {
    let topic = try topic()
    let redis = try await RedisServer.start()
    try await redis.command("ACL", "SETUSER", "chat", "on", ">secret", "~updates:*", "+@all")
    try await withBroker(redis, user: "chat:secret@") { broker in
      await #expect(throws: Refusal.unavailable) {
        try await broker.publish(Draft(topic: topic, data: "one"))
      }
      #expect(!broker.isReady)
      let exists = try await redis.command("EXISTS", "updates:stream:room")
      #expect(exists == "0")
    }
  }

  /// Somebody erased what was on a topic; that is no loss of all others.
  @Test func aStreamThatWasEmptiedIsNoOtherHistory() async throws {
    let (topic, other) = (try topic(), try topic("other"))
    let redis = try await RedisServer.start()
    try await withBroker(redis) { broker in
      let kept = try await broker.publish(Draft(topic: other, data: "kept"))
      for text in ["one", "two"] { _ = try await broker.publish(Draft(topic: topic, data: text)) }
      try await redis.command("XTRIM", "updates:stream:room", "MAXLEN", "0")
      for _ in 0..<3 {
        _ = try await broker.subscribe(topic) { _ in }
        try await broker.refresh(topic)
        broker.unsubscribe(topic)
      }
      let page = try await broker.page(of: other, from: .after(kept), limit: 10)
      #expect(!page.isReset)
    }
  }
}
