import Testing
import Updates

extension FanOutConformance {
  func aKeyPublishesOnce() async throws {
    let (topic, other) = (try topic(), try topic("other"))
    let key = try #require(IdempotencyKey("order-1"))
    let event = try #require(EventName("news"))
    try await withRunning { fanOut in
      let draft = Draft(topic: topic, event: event, data: "\u{E9}", key: key)
      let first = try await fanOut.publish(draft)
      #expect(try await fanOut.publish(draft) == first)
      let others = [
        Draft(topic: topic, event: event, data: "two", key: key),
        Draft(topic: topic, event: event, data: "e\u{301}", key: key),
        Draft(topic: topic, event: nil, data: "\u{E9}", key: key),
      ]
      for draft in others {
        await #expect(throws: Refusal.keyReused) { try await fanOut.publish(draft) }
      }
      let elsewhere = try await fanOut.publish(Draft(topic: other, data: "two", key: key))
      #expect(elsewhere != first)
      #expect(try await fanOut.publish(draft) == first)
      let page = try await fanOut.page(of: topic, from: .earliest, limit: 10)
      #expect(page.updates.map(\.id) == [first])
    }
  }

  func aKeyPublishesOnceHoweverManyTry() async throws {
    let topic = try topic()
    let draft = Draft(topic: topic, data: "one", key: IdempotencyKey("k"))
    try await withRunning { fanOut in
      let feed = RecordingFeed()
      try await fanOut.follow(topic, into: feed)
      let cursors = try await withThrowingTaskGroup(of: Cursor.self) { group in
        for _ in 0..<8 {
          group.addTask { try await fanOut.publish(draft) }
        }
        return try await group.reduce(into: Set<Cursor>()) { $0.insert($1) }
      }
      try await fanOut.refresh(topic)
      #expect(cursors.count == 1)
      #expect(Set(feed.updates(of: topic).map(\.id)) == cursors)
      #expect(feed.updates(of: topic).count == 1)
    }
  }

  func aKeyIsKnownAsLongAsItsUpdateIsKept() async throws {
    let topic = try topic()
    let draft = Draft(topic: topic, data: "one", key: IdempotencyKey("k"))
    try await withRunning(HistoryLimits(size: 3, seconds: nil)) { fanOut in
      let first = try await fanOut.publish(draft)
      _ = try await publish(2, on: topic, to: fanOut)
      #expect(try await fanOut.publish(draft) == first)
      _ = try await publish(1, on: topic, to: fanOut)
      let second = try await fanOut.publish(draft)
      #expect(second != first)
      #expect(try await fanOut.publish(draft) == second)
      let page = try await fanOut.page(of: topic, from: .earliest, limit: 10)
      #expect(page.updates.map(\.data) == ["2", "1", "one"])
    }
  }
}
