import Conformance
import PubSub
import Testing
import Updates

@Suite(.timeLimit(.minutes(10))) struct PubSubTests {
  private let broker = ScriptedBroker()
  private let feed = RecordingFeed()

  private func topic() throws -> Topic {
    try #require(Topic("room"))
  }

  private func received(_ topic: Topic) -> [String] {
    feed.updates(of: topic).map(\.data)
  }

  @Test func whatTheBrokerSendsBeforeItAnswersComesAfterTheHistory() async throws {
    let topic = try topic()
    let (fanOut, gate) = (PubSub(broker: broker), Gate())
    broker.hold(gate)
    async let following: Void = fanOut.follow(topic, into: feed)
    try await broker.requests.wait { !$0.isEmpty }
    broker.send(3...4, on: topic)
    broker.send(5...5, on: topic)
    #expect(feed.journal.entries.isEmpty)
    gate.open()
    try await following
    broker.send(6...7, on: topic)
    #expect(feed.history(of: topic)?.end == 2)
    #expect(received(topic) == (1...7).map(String.init))
  }

  @Test func aTopicThatIsUnfollowedWhileTheBrokerIsAskedIsNotOpened() async throws {
    let topic = try topic()
    let (fanOut, gate) = (PubSub(broker: broker), Gate())
    broker.hold(gate)
    async let following: Void = fanOut.follow(topic, into: feed)
    try await broker.requests.wait { !$0.isEmpty }
    fanOut.unfollow(topic)
    gate.open()
    try await following
    broker.send(3...3, on: topic)
    #expect(feed.journal.entries.isEmpty)
    #expect(broker.requests.entries == [.subscribe(topic), .unsubscribe(topic)])
  }

  @Test func afterUnfollowNothingIsDelivered() async throws {
    let topic = try topic()
    let fanOut = PubSub(broker: broker)
    try await fanOut.follow(topic, into: feed)
    broker.send(3...3, on: topic)
    fanOut.unfollow(topic)
    broker.send(4...4, on: topic)
    #expect(received(topic) == ["1", "2", "3"])
  }

  @Test(arguments: [Refusal.full, .unavailable])
  func aRefusalLeavesNothingBehind(refusal: Refusal) async throws {
    let topic = try topic()
    let fanOut = PubSub(broker: broker)
    broker.refuse(refusal)
    await #expect(throws: refusal) { try await fanOut.follow(topic, into: feed) }
    broker.send(3...3, on: topic)
    #expect(feed.journal.entries.isEmpty)
    broker.refuse(nil)
    try await fanOut.follow(topic, into: feed)
    broker.send(3...3, on: topic)
    #expect(received(topic) == ["1", "2", "3"])
  }

  @Test func topicsDoNotMix() async throws {
    let topic = try topic()
    let other = try #require(Topic("other"))
    let fanOut = PubSub(broker: broker)
    try await fanOut.follow(topic, into: feed)
    try await fanOut.follow(other, into: feed)
    broker.send(3...3, on: other)
    fanOut.unfollow(topic)
    broker.send(4...4, on: other)
    #expect(received(topic) == ["1", "2"])
    #expect(received(other) == ["1", "2", "3", "4"])
  }
}
