import Conformance
import Testing
import Updates

@Suite(.timeLimit(.minutes(10))) struct HubHeartbeatTests {
  private let room = Topic.named("room")
  private let other = Topic.named("other")

  private func beats(_ client: FakeClient) -> Int {
    client.journal.entries.count(where: { $0 == .beat })
  }

  @Test func aQuietClientHasAHeartbeatEvery15Ticks() async throws {
    try await Stage.with { stage in
      let first = try await stage.join(room)
      try await stage.tick(4)
      let second = try await stage.join(room)
      try await stage.tick(10)
      #expect([beats(first), beats(second)] == [0, 0])
      try await stage.tick()
      #expect([beats(first), beats(second)] == [1, 0])
      try await stage.tick(3)
      #expect([beats(first), beats(second)] == [1, 0])
      try await stage.tick()
      #expect([beats(first), beats(second)] == [1, 1])
      try await stage.tick(150)
      #expect([beats(first), beats(second)] == [11, 11])
    }
  }

  @Test func whoHasBytesPendingHasNone() async throws {
    try await Stage.with { stage in
      let client = try await stage.join(room, room: 0)
      try await stage.say("one", on: room)
      try await stage.tick(30)
      #expect(beats(client) == 0)
      try await stage.drain(client)
      try await stage.tick(15)
      #expect(beats(client) == 1)
    }
  }

  @Test func whoIsNotAnsweredYetHasNone() async throws {
    try await Stage.with { stage in
      let gate = Gate()
      stage.fanOut.hold(gate)
      let client = stage.enter(room)
      try await stage.fanOut.requests.wait { !$0.isEmpty }
      try await stage.tick(15)
      #expect(client.journal.entries.isEmpty)
      gate.open()
      try await client.placed()
      try await stage.tick(15)
      #expect(beats(client) == 1)
    }
  }

  /// An engine that hangs must not keep a client without any answer.
  @Test func whoIsNotAnsweredForTwoBeatsIsToldToComeBack() async throws {
    try await Stage.with { stage in
      let gate = Gate()
      stage.fanOut.hold(gate)
      let client = stage.enter(room)
      try await stage.fanOut.requests.wait { !$0.isEmpty }
      try await stage.tick(30)
      #expect(try await client.ended() == .unavailable)
      gate.open()
    }
  }

  @Test func whoLeftHasNoneAndTheOthersKeepTheirs() async throws {
    try await Stage.with { stage in
      var clients: [FakeClient] = []
      for _ in 0..<5 { clients.append(try await stage.join(room)) }
      for index in [0, 2, 4] { try await stage.leave(clients[index]) }
      try await stage.tick(30)
      #expect(clients.map(beats) == [0, 2, 0, 2, 0])
    }
  }

  @Test func clientsOfAllTopicsHaveTheirs() async throws {
    try await Stage.with { stage in
      let here = try await stage.join(room)
      let there = try await stage.join(other)
      try await stage.tick(15)
      #expect([beats(here), beats(there)] == [1, 1])
    }
  }
}
