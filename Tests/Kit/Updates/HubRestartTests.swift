import Conformance
import Testing
import Updates

/// A fan-out that lost updates opens a topic once more.
@Suite(.timeLimit(.minutes(10))) struct HubRestartTests {
  private let room = Topic.named("room")

  /// Two updates came here, two never did, and of these the first is not kept.
  private func lose(_ stage: Stage) async throws {
    for number in 3...4 { stage.fanOut.keep("\(number)", on: room) }
    stage.fanOut.drop(3, on: room)
    stage.fanOut.reopen(room)
    try await stage.settle()
  }

  @Test func whoListensIsToldAndGoesOnWithTheOldestThatIsKept() async throws {
    try await Stage.with { stage in
      let clients = [
        try await stage.join(room), try await stage.join(room, format: LineFormat(name: "other")),
      ]
      for number in 1...2 { try await stage.say("\(number)", on: room) }
      try await lose(stage)
      try await stage.say("5", on: room)
      for client in clients {
        #expect(
          client.journal.entries == [
            .place(0, isReset: false), .wrote([1]), .wrote([2]), .place(3, isReset: true),
            .wrote([4]), .wrote([5]),
          ])
      }
    }
  }

  @Test func whereNothingIsKeptEverybodyIsToldAllTheSame() async throws {
    try await Stage.with { stage in
      let client = try await stage.join(room)
      try await stage.say("1", on: room)
      stage.fanOut.drop(1, on: room)
      stage.fanOut.reopen(room)
      try await stage.settle()
      #expect(
        client.journal.entries == [
          .place(0, isReset: false), .wrote([1]), .place(1, isReset: true),
        ])
    }
  }

  /// It is told when it can be, and in one turn: the place, and what there is.
  @Test func whoIsSlowIsToldWhenItReadsAgain() async throws {
    try await Stage.with { stage in
      let slow = try await stage.join(room, room: 0)
      for number in 1...2 { try await stage.say("\(number)", on: room) }
      try await lose(stage)
      try await stage.say("5", on: room)
      #expect(slow.journal.entries == [.place(0, isReset: false), .wrote([1])])
      try await stage.drain(slow)
      try await slow.reached(5)
      #expect(
        slow.journal.entries.dropFirst(2) == [.place(3, isReset: true), .wrote([4, 5])])
    }
  }

  @Test func whoComesBackWithAPlaceFromBeforeIsTold() async throws {
    try await Stage.with { stage in
      let before = try await stage.join(room)
      try await stage.say("1", on: room)
      let place = stage.fanOut.last(on: room)
      try await stage.say("2", on: room)
      try await stage.leave(before)
      try await lose(stage)
      let client = try await stage.join(room, from: .after(place))
      #expect(client.journal.entries.first == .place(3, isReset: true))
      try await client.reached(4)
    }
  }

  /// Clients come and go on all loops while topics are opened again and again.
  @Test func nobodyMissesAnythingWithoutBeingTold() async throws {
    try await Stage.with { stage in
      var clients: [FakeClient] = []
      var last = 0
      for round in 0..<50 {
        for loop in Stage.loops { clients.append(stage.enter(room, on: loop)) }
        for _ in 0..<3 {
          last += 1
          stage.fanOut.say("\(last)", on: room)
        }
        last += 1
        stage.fanOut.keep("\(last)", on: room)
        stage.fanOut.drop(round.isMultiple(of: 2) ? last - 2 : last, on: room)
        stage.fanOut.reopen(room)
      }
      last += 1
      stage.fanOut.say("\(last)", on: room)
      for client in clients {
        try await client.reached(last)
        expectNoSilentGap(client.journal.entries)
      }
    }
  }

  private func expectNoSilentGap(_ entries: [FakeClient.Entry]) {
    var place: Int?
    for entry in entries {
      switch entry {
      case .place(let number, let isReset):
        #expect(place == nil || isReset)
        place = number
      case .wrote(let numbers):
        for number in numbers {
          #expect(place.map { $0 + 1 } == number)
          place = number
        }
      case .beat: break
      case .ended, .overran: Issue.record("\(entry)")
      }
    }
  }
}
