import Conformance
import DatabasePolling
import Testing
import Updates

@Suite(.timeLimit(.minutes(10))) struct DatabasePollingTests {
  private let store = MemoryStore()
  private let feed = RecordingFeed()

  private func topic(_ name: String = "room") throws -> Topic {
    try #require(Topic(name))
  }

  private func received(_ topic: Topic) -> [String] {
    feed.updates(of: topic).map(\.data)
  }

  /// Polls only when it is asked to.
  private func withPolling(_ body: (DatabasePolling) async throws -> Void) async throws {
    let fanOut = DatabasePolling(store: store, interval: .seconds(3600))
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await fanOut.run() }
      try await body(fanOut)
      group.cancelAll()
    }
  }

  @Test func whatIsPolledAfterTheHistoryWasReadArrivesOnce() async throws {
    let (topic, gate) = (try topic(), Gate())
    try await withPolling { fanOut in
      try await fanOut.refresh(topic)
      store.add("one", on: topic)
      store.hold(late: gate)
      async let following: Void = fanOut.follow(topic, into: feed)
      try await store.requests.wait { $0.contains(.historyWasRead) }
      for text in ["two", "three"] {
        store.add(text, on: topic)
        try await fanOut.refresh(topic)
      }
      #expect(feed.journal.entries.isEmpty)
      gate.open()
      try await following
      store.add("four", on: topic)
      try await fanOut.refresh(topic)
      #expect(received(topic) == ["one", "two", "three", "four"])
    }
  }

  @Test func whatIsPolledBeforeTheHistoryIsReadArrivesOnce() async throws {
    let (topic, gate) = (try topic(), Gate())
    try await withPolling { fanOut in
      try await fanOut.refresh(topic)
      store.hold(early: gate)
      async let following: Void = fanOut.follow(topic, into: feed)
      try await store.requests.wait { $0.contains(.history) }
      for text in ["one", "two"] {
        store.add(text, on: topic)
        try await fanOut.refresh(topic)
      }
      gate.open()
      try await following
      #expect(feed.history(of: topic)?.end == 2)
      #expect(received(topic) == ["one", "two"])
    }
  }

  /// A server may be asked for a topic before it has polled for the first time.
  @Test func whatComesBetweenFollowAndTheFirstPollIsNotLost() async throws {
    let topic = try topic()
    let fanOut = DatabasePolling(store: store, interval: .seconds(3600))
    store.add("one", on: topic)
    try await fanOut.follow(topic, into: feed)
    store.add("two", on: topic)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await fanOut.run() }
      try await fanOut.refresh(topic)
      #expect(received(topic) == ["one", "two"])
      group.cancelAll()
    }
  }

  @Test func oneQueryServesAllTopics() async throws {
    let topics = try (1...50).map { try topic("room \($0)") }
    try await withPolling { fanOut in
      try await fanOut.refresh(topics[0])
      for topic in topics { try await fanOut.follow(topic, into: feed) }
      for topic in topics + topics { store.add("news", on: topic) }
      let before = store.requests.entries.count
      try await fanOut.refresh(topics[0])
      let queries = store.requests.entries.dropFirst(before)
      #expect(!queries.isEmpty)
      #expect(queries.count <= 2)
      for topic in topics { #expect(received(topic) == ["news", "news"]) }
    }
  }

  @Test func moreThanOnePageArrivesWholeAndInItsOrder() async throws {
    let topics = try (0..<3).map { try topic("room \($0)") }
    try await withPolling { fanOut in
      try await fanOut.refresh(topics[0])
      for topic in topics { try await fanOut.follow(topic, into: feed) }
      for number in 0..<3500 { store.add("\(number)", on: topics[number / 7 % 3]) }
      try await fanOut.refresh(topics[0])
      for (index, topic) in topics.enumerated() {
        let expected = (0..<3500).filter { $0 / 7 % 3 == index }.map(String.init)
        #expect(received(topic) == expected)
      }
    }
  }

  @Test func aDatabaseThatIsAwayIsToldAndNothingIsLostWhenItComesBack() async throws {
    let topic = try topic()
    try await withPolling { fanOut in
      try await fanOut.follow(topic, into: feed)
      try await fanOut.refresh(topic)
      #expect(fanOut.isReady)
      store.goAway()
      store.add("one", on: topic)
      await #expect(throws: Refusal.unavailable) { try await fanOut.refresh(topic) }
      await #expect(throws: Refusal.unavailable) {
        try await fanOut.publish(Draft(topic: topic, data: "two"))
      }
      #expect(!fanOut.isReady)
      store.goAway(false)
      try await fanOut.refresh(topic)
      #expect(fanOut.isReady)
      #expect(received(topic) == ["one"])
    }
  }

  @Test func aTopicThatCouldNotBeReadCanBeFollowedLater() async throws {
    let topic = try topic()
    try await withPolling { fanOut in
      try await fanOut.refresh(topic)
      store.goAway()
      await #expect(throws: Refusal.unavailable) { try await fanOut.follow(topic, into: feed) }
      store.goAway(false)
      store.add("one", on: topic)
      try await fanOut.refresh(topic)
      #expect(feed.journal.entries.isEmpty)
      try await fanOut.follow(topic, into: feed)
      #expect(received(topic) == ["one"])
    }
  }

  @Test func aTopicThatIsUnfollowedWhileItIsReadIsNotOpened() async throws {
    let (topic, gate) = (try topic(), Gate())
    try await withPolling { fanOut in
      store.hold(late: gate)
      async let following: Void = fanOut.follow(topic, into: feed)
      try await store.requests.wait { $0.contains(.history) }
      fanOut.unfollow(topic)
      gate.open()
      try await following
      store.add("one", on: topic)
      try await fanOut.refresh(topic)
      #expect(feed.journal.entries.isEmpty)
    }
  }

  @Test func itIsReadyOnceItHasPolled() async throws {
    let topic = try topic()
    store.goAway()
    try await withPolling { fanOut in
      await #expect(throws: Refusal.unavailable) { try await fanOut.refresh(topic) }
      #expect(!fanOut.isReady)
      store.goAway(false)
      try await fanOut.refresh(topic)
      #expect(fanOut.isReady)
    }
  }

  /// What was committed was published, even if nobody polls here any more.
  @Test func afterItsEndNobodyWaitsForAPoll() async throws {
    let topic = try topic()
    let fanOut = DatabasePolling(store: store, interval: .seconds(3600))
    let running = Task { try await fanOut.run() }
    try await fanOut.refresh(topic)
    running.cancel()
    _ = await running.result
    await #expect(throws: Refusal.unavailable) { try await fanOut.refresh(topic) }
    let cursor = try await fanOut.publish(Draft(topic: topic, data: "one"))
    #expect(MemoryStore.numbering.number(of: cursor, on: topic) == 1)
  }

  @Test func anIntervalAloneBringsWhatOthersPublish() async throws {
    let topic = try topic()
    let fanOut = DatabasePolling(store: store, interval: .milliseconds(1))
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await fanOut.run() }
      try await fanOut.refresh(topic)
      try await fanOut.follow(topic, into: feed)
      store.add("one", on: topic)
      try await feed.journal.wait { _ in !received(topic).isEmpty }
      #expect(received(topic) == ["one"])
      group.cancelAll()
    }
  }
}
