import Conformance
import InProcessBroker
import PubSub
import Testing
import Updates

@Suite(.timeLimit(.minutes(10))) struct InProcessBrokerTests {
  private let clock = ManualClock()

  private func broker(
    _ limits: HistoryLimits = .plenty, epoch: String = Numbering.newEpoch()
  ) -> InProcessBroker {
    InProcessBroker(limits: limits, epoch: epoch, clock: clock.read)
  }

  private func topic(_ name: String = "room") throws -> Topic {
    try #require(Topic(name))
  }

  @Test(arguments: FanOutConformance.promises)
  func keepsWhatAFanOutPromises(promise: FanOutConformance.Promise) async throws {
    try await promise.check(
      FanOutConformance(clock: clock) { limits in PubSub(broker: broker(limits)) })
  }

  @Test func whoSubscribedIsToldBeforePublishReturns() throws {
    let (broker, topic) = (broker(), try topic())
    let received = Journal<Update>()
    _ = try broker.publish(Draft(topic: topic, data: "before"))
    let history = try broker.subscribe(topic) { arrival in arrival.updates.forEach(received.add) }
    #expect(history.end == 1)
    let cursor = try broker.publish(Draft(topic: topic, data: "one"))
    #expect(received.entries.map(\.id) == [cursor])
    broker.unsubscribe(topic)
    _ = try broker.publish(Draft(topic: topic, data: "two"))
    #expect(received.entries.count == 1)
  }

  @Test func aRepeatedKeyIsNotToldAgain() throws {
    let (broker, topic) = (broker(), try topic())
    let received = Journal<Update>()
    _ = try broker.subscribe(topic) { arrival in arrival.updates.forEach(received.add) }
    let draft = Draft(topic: topic, data: "one", key: IdempotencyKey("k"))
    let first = try broker.publish(draft)
    #expect(try broker.publish(draft) == first)
    #expect(throws: Refusal.keyReused) {
      try broker.publish(Draft(topic: topic, data: "two", key: IdempotencyKey("k")))
    }
    #expect(received.entries.map(\.id) == [first])
  }

  @Test func aKeyIsForgottenWithItsUpdateWhenItGrowsOld() throws {
    let (broker, topic) = (broker(HistoryLimits(size: nil, seconds: 60)), try topic())
    let draft = Draft(topic: topic, data: "one", key: IdempotencyKey("k"))
    let first = try broker.publish(draft)
    clock.advance(by: 60)
    #expect(try broker.publish(draft) == first)
    clock.advance(by: 1)
    #expect(try broker.publish(draft) != first)
  }

  @Test func theLatestStaysIfTheLimitsSaySo() throws {
    let limits = HistoryLimits(size: nil, seconds: 60, keepsLatest: true)
    let (broker, topic) = (broker(limits), try topic())
    _ = try broker.publish(Draft(topic: topic, data: "one"))
    let latest = try broker.publish(Draft(topic: topic, data: "two"))
    clock.advance(by: 1_000_000)
    let page = try broker.page(of: topic, from: .earliest, limit: 10)
    #expect(page.updates.map(\.id) == [latest])
  }

  @Test func afterARestartEachOldPlaceIsAReset() throws {
    let topic = try topic()
    let (before, after) = (broker(), broker())
    let cursors = try (1...3).map { try before.publish(Draft(topic: topic, data: "\($0)")) }
    for number in 1...3 { _ = try after.publish(Draft(topic: topic, data: "\(number)")) }
    for cursor in cursors {
      let page = try after.page(of: topic, from: .after(cursor), limit: 10)
      #expect(page.isReset)
      #expect(page.updates.count == 3)
    }
  }

  /// A number that another topic has is no place of this one.
  @Test func placesOfTopicsDoNotMix() throws {
    let broker = broker()
    let topics = try ["a", "b"].map(topic)
    var cursors: [[Cursor]] = [[], []]
    for number in 0..<6 {
      let draft = Draft(topic: topics[number % 2], data: "\(number)")
      cursors[number % 2].append(try broker.publish(draft))
    }
    for own in 0..<2 {
      for (index, cursor) in cursors[own].enumerated() {
        let page = try broker.page(of: topics[own], from: .after(cursor), limit: 10)
        #expect(!page.isReset)
        #expect(page.updates.map(\.id) == Array(cursors[own][(index + 1)...]))
        let other = try broker.page(of: topics[1 - own], from: .after(cursor), limit: 10)
        #expect(other.isReset)
      }
    }
  }

  @Test func overTheBytesTheTopicThatWasReadLeastRecentlyLosesItsOldest() throws {
    let broker = broker(HistoryLimits(size: nil, seconds: nil, bytes: 10_000))
    let (stale, busy) = (try topic("stale"), try topic("busy"))
    let text = String(repeating: "x", count: 1000)
    let cursors = try (1...4).map { _ in try broker.publish(Draft(topic: stale, data: text)) }
    for _ in 1...20 {
      _ = try broker.publish(Draft(topic: busy, data: text))
      _ = try broker.page(of: busy, from: .now, limit: 1)
    }
    let old = try broker.page(of: stale, from: .after(cursors[0]), limit: 10)
    #expect(old.isReset)
    #expect(old.updates.isEmpty)
    let last = try broker.page(of: stale, from: .after(cursors[3]), limit: 10)
    #expect(!last.isReset)
    let rest = try broker.page(of: busy, from: .earliest, limit: 100)
    #expect(rest.updates.count > 4)
    #expect(rest.updates.count < 10)
  }
}

extension Arrival {
  fileprivate var updates: [Update] { if case .updates(let updates) = self { updates } else { [] } }
}
