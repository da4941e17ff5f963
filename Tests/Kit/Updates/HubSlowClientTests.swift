import Conformance
import Testing
import Updates

@Suite(.timeLimit(.minutes(10))) struct HubSlowClientTests {
  private let room = Topic.named("room")
  /// As a line it has a few bytes more than 1000.
  private let text = String(repeating: "x", count: 1000)

  @Test func whoDoesNotReadIsCutOffOverItsQueueAndNobodyElse() async throws {
    try await Stage.with(maximumQueue: 10_000) { stage in
      let slow = try await stage.join(room, room: 0)
      let good = try await stage.join(room)
      for _ in 1...9 { try await stage.say(text, on: room) }
      #expect(slow.journal.entries == [.place(0, isReset: false), .wrote([1])])
      #expect(stage.hub.figures.slowClients == 0)
      for _ in 10...20 { try await stage.say(text, on: room) }
      #expect(
        slow.journal.entries == [.place(0, isReset: false), .wrote([1]), .ended(.tooSlow)])
      #expect(stage.hub.figures.slowClients == 1)
      #expect(good.numbers == Array(1...20))
    }
  }

  @Test func whatIsPendingCountsFromTheFirstByte() async throws {
    try await Stage.with(maximumQueue: 10_000) { stage in
      let slow = try await stage.join(room, room: 0)
      try await stage.sayAtOnce([String](repeating: text, count: 9), on: room)
      #expect(slow.journal.entries.count == 2)
      try await stage.say(text, on: room)
      #expect(slow.journal.entries.last == .ended(.tooSlow))
    }
  }

  @Test func whoReadsAgainGetsExactlyTheRest() async throws {
    try await Stage.with { stage in
      let client = try await stage.join(room, room: 0)
      for number in 1...5 { try await stage.say("\(number)", on: room) }
      try await stage.drain(client)
      try await stage.say("6", on: room)
      #expect(
        client.journal.entries
          == [.place(0, isReset: false), .wrote([1]), .wrote([2, 3, 4, 5]), .wrote([6])])
    }
  }

  @Test func aLongRestIsWrittenPieceByPiece() async throws {
    try await Stage.with { stage in
      let client = try await stage.join(room, room: 0)
      let text = String(repeating: "x", count: 30_000)
      for _ in 1...12 { try await stage.say(text, on: room) }
      for _ in 1...12 { try await stage.drain(client, room: 100_000) }
      try await stage.drain(client)
      try await stage.say("last", on: room)
      #expect(client.numbers == Array(1...13))
      let writes = client.journal.entries.dropFirst()
      #expect(
        writes.allSatisfy { entry in
          if case .wrote(let numbers) = entry { numbers.count <= 3 } else { false }
        })
    }
  }

  @Test func whoReadsWhatIsOlderThanMemorySlowlyGetsAllOfIt() async throws {
    try await Stage.with { stage in
      for number in 1...1000 { stage.fanOut.keep("\(number)", on: room) }
      stage.fanOut.leaveOut(900, on: room)
      let client = try await stage.join(room, from: .earliest, room: 0)
      for count in [200, 400, 600, 800, 1000] {
        try await client.received(count)
        #expect(client.numbers.count == count)
        try await stage.drain(client, room: 0)
      }
      try await stage.drain(client)
      stage.fanOut.say("1001", on: room)
      try await client.reached(1001)
      #expect(client.numbers == Array(1...1001))
    }
  }

  @Test func whatFellOutOfMemoryMeanwhileEndsTheClientRatherThanLeavingAGap() async throws {
    try await Stage.with(limits: HistoryLimits(size: 3, seconds: nil)) { stage in
      let client = try await stage.join(room, room: 0)
      for number in 1...6 { try await stage.say("\(number)", on: room) }
      try await stage.drain(client)
      #expect(
        client.journal.entries
          == [.place(0, isReset: false), .wrote([1]), .ended(.tooSlow)])
      let again = try await stage.join(room, from: .after(room.place(3)))
      try await stage.settle()
      #expect(again.numbers == [4, 5, 6])
    }
  }

  /// It never has more than two updates unread, however many come in all.
  @Test func whoIsAlwaysALittleBehindButReadsIsNotCutOff() async throws {
    try await Stage.with(maximumQueue: 10_000) { stage in
      let client = try await stage.join(room, room: 0)
      try await stage.say(text, on: room)
      for _ in 2...30 {
        try await stage.say(text, on: room)
        try await stage.drain(client, room: 0)
      }
      try await stage.drain(client)
      #expect(client.numbers == Array(1...30))
      #expect(stage.hub.figures.slowClients == 0)
    }
  }

  @Test func whoWasCutOffIsNotSpokenToAgain() async throws {
    try await Stage.with(maximumQueue: 10_000) { stage in
      let client = try await stage.join(room, room: 0)
      for _ in 1...12 { try await stage.say(text, on: room) }
      let entries = client.journal.entries
      #expect(entries.last == .ended(.tooSlow))
      try await stage.drain(client)
      try await stage.say("more", on: room)
      try await stage.tick(30)
      #expect(client.journal.entries == entries)
    }
  }
}
