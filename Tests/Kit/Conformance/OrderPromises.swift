import Testing
import Updates

extension FanOutConformance {
  private static let publishers = (0..<8).map { "publisher \($0):" }

  func aTopicHasOneOrder() async throws {
    let topic = try topic()
    try await withRunning { fanOut in
      let live = RecordingFeed()
      try await fanOut.follow(topic, into: live)
      try await Self.publish(by: Self.publishers, each: 20, on: topic, to: fanOut)
      try await fanOut.refresh(topic)
      let order = live.updates(of: topic)
      Self.expectOrder(of: order, by: Self.publishers, each: 20)
      let page = try await fanOut.page(of: topic, from: .earliest, limit: 1000)
      #expect(page.updates == order)
      fanOut.unfollow(topic)
      let later = RecordingFeed()
      try await fanOut.follow(topic, into: later)
      #expect(later.updates(of: topic) == order)
    }
  }

  /// The promise of a fan-out whose engine several nodes share. Both nodes run on one engine.
  package static func nodesSeeOneOrder(
    _ first: any FanOut, _ second: any FanOut
  ) async throws {
    let topic = try #require(Topic("room of two nodes"))
    let (here, there) = (RecordingFeed(), RecordingFeed())
    try await first.follow(topic, into: here)
    try await second.follow(topic, into: there)
    async let fromFirst: Void = publish(by: ["a", "b", "c"], each: 10, on: topic, to: first)
    async let fromSecond: Void = publish(by: ["d", "e", "f"], each: 10, on: topic, to: second)
    _ = try await (fromFirst, fromSecond)
    try await first.refresh(topic)
    try await second.refresh(topic)
    let order = here.updates(of: topic)
    expectOrder(of: order, by: ["a", "b", "c", "d", "e", "f"], each: 10)
    #expect(there.updates(of: topic) == order)
    let middle = try #require(order.dropFirst(29).first)
    for node in [first, second] {
      let page = try await node.page(of: topic, from: .after(middle.id), limit: 100)
      #expect(page.updates == Array(order.dropFirst(30)))
      #expect(!page.isReset)
    }
    let draft = Draft(topic: topic, data: "once", key: IdempotencyKey("k"))
    let cursor = try await first.publish(draft)
    #expect(try await second.publish(draft) == cursor)
    try await second.refresh(topic)
    #expect(there.updates(of: topic).map(\.id) == order.map(\.id) + [cursor])
  }

  /// Nothing is missing and nothing twice, and what one publisher published stays in its order.
  private static func expectOrder(of updates: [Update], by publishers: [String], each count: Int) {
    #expect(updates.count == publishers.count * count)
    #expect(Set(updates.map(\.id)).count == updates.count)
    for publisher in publishers {
      let own = updates.map(\.data).filter { $0.hasPrefix(publisher) }
      #expect(own == (0..<count).map { "\(publisher) \($0)" })
    }
  }

  func whatWasPublishedIsThere() async throws {
    let topic = try topic()
    try await withRunning { fanOut in
      let cursors = try await publish(3, on: topic, to: fanOut)
      let feed = RecordingFeed()
      try await fanOut.follow(topic, into: feed)
      let history = try #require(feed.history(of: topic))
      #expect(history.updates(from: history.start, limit: 10)?.map(\.id) == cursors)
      #expect(history.last == cursors[2])
      #expect(!history.isCut)
    }
  }

  func nothingIsLostOrTwiceWhileATopicIsFollowed() async throws {
    try await withRunning { fanOut in
      for round in 0..<4 {
        let topic = try topic("room \(round)")
        let published = Journal<Cursor>()
        async let publishing: Void = Self.publish(
          by: Self.publishers, each: 10, on: topic, to: fanOut, published)
        try await published.wait { $0.count >= round * 20 }
        let feed = RecordingFeed()
        try await fanOut.follow(topic, into: feed)
        try await publishing
        try await fanOut.refresh(topic)
        let all = try await fanOut.page(of: topic, from: .earliest, limit: 1000).updates
        Self.expectOrder(of: all, by: Self.publishers, each: 10)
        #expect(feed.updates(of: topic) == all)
      }
    }
  }

  func unfollowEndsTheDeliveries() async throws {
    let topic = try topic()
    try await withRunning { fanOut in
      let feed = RecordingFeed()
      try await fanOut.follow(topic, into: feed)
      let first = try await fanOut.publish(Draft(topic: topic, data: "one"))
      try await fanOut.refresh(topic)
      fanOut.unfollow(topic)
      _ = try await fanOut.publish(Draft(topic: topic, data: "two"))
      try await fanOut.refresh(topic)
      #expect(feed.updates(of: topic).map(\.id) == [first])
    }
  }

  func aTopicCanBeFollowedAgain() async throws {
    let topic = try topic()
    try await withRunning { fanOut in
      let feeds = [RecordingFeed(), RecordingFeed()]
      var cursors: [Cursor] = []
      for feed in feeds {
        try await fanOut.follow(topic, into: feed)
        cursors += try await publish(2, on: topic, to: fanOut)
        try await fanOut.refresh(topic)
        fanOut.unfollow(topic)
        cursors += try await publish(1, on: topic, to: fanOut)
      }
      #expect(feeds[0].updates(of: topic).map(\.id) == Array(cursors[..<2]))
      #expect(feeds[1].updates(of: topic).map(\.id) == Array(cursors[..<5]))
    }
  }

  func refreshDeliversAll() async throws {
    let (topic, other) = (try topic(), try topic("other"))
    try await withRunning { fanOut in
      let feed = RecordingFeed()
      try await fanOut.follow(topic, into: feed)
      try await fanOut.follow(other, into: feed)
      for round in 1...10 {
        async let here: Void = Self.publish(by: ["a", "b"], each: 2, on: topic, to: fanOut)
        async let there: Void = Self.publish(by: ["c", "d"], each: 2, on: other, to: fanOut)
        _ = try await (here, there)
        try await fanOut.refresh(topic)
        #expect(feed.updates(of: topic).count == round * 4)
        try await fanOut.refresh(other)
        #expect(feed.updates(of: other).count == round * 4)
      }
    }
  }

  func textIsExact() async throws {
    let texts = [
      "", " ", "\0", "a\0b", "one\rtwo\nthree\r\nfour\n", "\"'\\`; -- %s {}", "\u{E9} e\u{301}",
      "👩‍👩‍👧‍👦 𝄞", "\u{FEFF}a\u{2028}b", String(repeating: "x", count: 65_536),
    ]
    let topic = try topic()
    let event = try #require(EventName("a.b:c-d_1"))
    try await withRunning { fanOut in
      let (live, later) = (RecordingFeed(), RecordingFeed())
      try await fanOut.follow(topic, into: live)
      for (index, text) in texts.enumerated() {
        let draft = Draft(topic: topic, event: index.isMultiple(of: 2) ? nil : event, data: text)
        _ = try await fanOut.publish(draft)
      }
      try await fanOut.refresh(topic)
      fanOut.unfollow(topic)
      try await fanOut.follow(topic, into: later)
      let page = try await fanOut.page(of: topic, from: .earliest, limit: 100)
      for updates in [live.updates(of: topic), later.updates(of: topic), page.updates] {
        #expect(updates.map { Array($0.data.utf8) } == texts.map { Array($0.utf8) })
        #expect(updates.map(\.event) == texts.indices.map { $0.isMultiple(of: 2) ? nil : event })
      }
    }
  }

  func topicsAreToldApartByTheirBytes() async throws {
    let (composed, decomposed) = (try topic("caf\u{E9}"), try topic("cafe\u{301}"))
    try await withRunning { fanOut in
      let feed = RecordingFeed()
      try await fanOut.follow(composed, into: feed)
      let first = try await fanOut.publish(Draft(topic: composed, data: "one"))
      let second = try await fanOut.publish(Draft(topic: decomposed, data: "two"))
      try await fanOut.refresh(composed)
      #expect(feed.updates(of: composed).map(\.id) == [first])
      #expect(feed.updates(of: decomposed).isEmpty)
      let page = try await fanOut.page(of: decomposed, from: .earliest, limit: 10)
      #expect(page.updates.map(\.id) == [second])
    }
  }
}
