import Conformance
import Testing
import Updates

@Suite(.timeLimit(.minutes(10))) struct HubIdleTopicsTests {
  private let room = Topic.named("room")
  private let other = Topic.named("other")

  @Test func aTopicThatNobodyReadsIsUnfollowedAfterAMinuteAndNotBefore() async throws {
    try await Stage.with { stage in
      let client = try await stage.join(room)
      try await stage.say("one", on: room)
      stage.clock.advance(by: 1000)
      try await stage.leave(client)
      stage.clock.advance(by: 60)
      stage.hub.tick()
      #expect(stage.fanOut.requests.entries == [.follow(room)])
      #expect(stage.hub.figures.openTopics == 1)
      #expect(stage.hub.figures.historyBytes > 0)
      stage.clock.advance(by: 0.5)
      stage.hub.tick()
      #expect(stage.fanOut.requests.entries == [.follow(room), .unfollow(room)])
      #expect(stage.hub.figures.openTopics == 0)
      #expect(stage.hub.figures.historyBytes == 0)
    }
  }

  @Test func aTopicWithAListenerStaysFollowed() async throws {
    try await Stage.with { stage in
      let leaver = try await stage.join(room)
      try await stage.join(room)
      try await stage.leave(leaver)
      stage.clock.advance(by: 10_000)
      try await stage.tick()
      #expect(stage.fanOut.requests.entries == [.follow(room)])
    }
  }

  @Test func aTopicThatIsPolledStaysFollowed() async throws {
    try await Stage.with { stage in
      for _ in 1...5 {
        _ = try await stage.hub.page(of: room, from: .now, limit: 10)
        stage.clock.advance(by: 60)
        stage.hub.tick()
      }
      #expect(stage.fanOut.requests.entries == [.follow(room)])
      stage.clock.advance(by: 1)
      stage.hub.tick()
      #expect(stage.fanOut.requests.entries == [.follow(room), .unfollow(room)])
    }
  }

  @Test func onlyTheIdleTopicIsUnfollowed() async throws {
    try await Stage.with { stage in
      _ = try await stage.hub.page(of: other, from: .now, limit: 10)
      let client = try await stage.join(room)
      stage.clock.advance(by: 61)
      stage.hub.tick()
      try await stage.say("one", on: room)
      #expect(
        stage.fanOut.requests.entries == [.follow(other), .follow(room), .unfollow(other)])
      #expect(client.numbers == [1])
    }
  }

  @Test func whoComesBackToAnIdleTopicMissesNothing() async throws {
    try await Stage.with { stage in
      let client = try await stage.join(room)
      try await stage.say("one", on: room)
      try await stage.leave(client)
      stage.clock.advance(by: 61)
      stage.hub.tick()
      stage.fanOut.keep("two", on: room)
      let again = try await stage.join(room, from: .after(room.place(1)))
      try await stage.say("three", on: room)
      #expect(again.journal.entries.first == .place(1, isReset: false))
      #expect(again.numbers == [2, 3])
      #expect(
        stage.fanOut.requests.entries == [.follow(room), .unfollow(room), .follow(room)])
    }
  }

  @Test func whoWantsATopicWhileItIsUnfollowedGetsItFollowedAgainAfterwards() async throws {
    try await Stage.with { stage in
      _ = try await stage.hub.page(of: room, from: .now, limit: 10)
      stage.clock.advance(by: 61)
      stage.fanOut.beforeUnfollowing { [weak stage, room] in
        for loop in Stage.loops { stage?.enter(room, on: loop) }
      }
      stage.hub.tick()
      for client in stage.clients { try await client.placed() }
      #expect(stage.clients.count == Stage.loops.count)
      #expect(
        stage.fanOut.requests.entries == [.follow(room), .unfollow(room), .follow(room)])
      try await stage.say("one", on: room)
      #expect(stage.clients.allSatisfy { $0.numbers == [1] })
    }
  }

  @Test func anIdleTopicMakesRoomForAnother() async throws {
    try await Stage.with(limits: HistoryLimits(size: nil, seconds: nil, topics: 1)) { stage in
      _ = try await stage.hub.page(of: room, from: .now, limit: 10)
      stage.clock.advance(by: 61)
      stage.hub.tick()
      let client = try await stage.join(other)
      try await stage.say("one", on: other)
      #expect(client.numbers == [1])
    }
  }

  @Test func whatGrewOldIsDroppedFromMemoryThoughNobodyReads() async throws {
    try await Stage.with(limits: HistoryLimits(size: nil, seconds: 100)) { stage in
      try await stage.join(room)
      try await stage.say("one", on: room)
      stage.clock.advance(by: 100)
      try await stage.tick()
      #expect(stage.hub.figures.historyBytes > 0)
      stage.clock.advance(by: 1)
      try await stage.tick()
      #expect(stage.hub.figures.historyBytes == 0)
    }
  }
}
