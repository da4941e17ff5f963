import Conformance
import Testing
import Updates

@Suite(.timeLimit(.minutes(10))) struct HubJoiningTests {
  private let room = Topic.named("room")
  private let other = Topic.named("other")

  @Test func whoStartsNowIsToldWhereNowIsAndGetsWhatComes() async throws {
    try await Stage.with { stage in
      for text in ["one", "two"] { stage.fanOut.keep(text, on: room) }
      let client = try await stage.join(room)
      try await stage.say("three", on: room)
      #expect(client.journal.entries == [.place(2, isReset: false), .wrote([3])])
    }
  }

  @Test func whoStartsWithTheEarliestGetsAllThatIsKept() async throws {
    try await Stage.with { stage in
      for text in ["one", "two", "three"] { stage.fanOut.keep(text, on: room) }
      stage.fanOut.drop(1, on: room)
      let client = try await stage.join(room, from: .earliest)
      try await stage.say("four", on: room)
      #expect(client.journal.entries == [.place(1, isReset: false), .wrote([2, 3]), .wrote([4])])
    }
  }

  @Test func whoComesBackGetsWhatItMissed() async throws {
    try await Stage.with { stage in
      for text in ["one", "two", "three"] { stage.fanOut.keep(text, on: room) }
      for place in 0...3 {
        let client = try await stage.join(room, from: .after(room.place(place)))
        try await stage.settle()
        let missed = Array((place + 1)..<4)
        #expect(client.journal.entries.first == .place(place, isReset: false))
        #expect(client.numbers == missed)
      }
    }
  }

  @Test(arguments: [0, 1])
  func whatIsDeliveredWhileTheTopicOpensArrivesOnce(place: Int) async throws {
    try await Stage.with { stage in
      stage.fanOut.keep("one", on: room)
      stage.fanOut.afterOpening { [fanOut = stage.fanOut, room] in
        fanOut.say("two", on: room)
        fanOut.say("three", on: room)
      }
      let client = try await stage.join(room, from: .after(room.place(place)))
      try await stage.say("four", on: room)
      #expect(client.journal.entries.first == .place(place, isReset: false))
      #expect(client.numbers == Array((place + 1)..<5))
    }
  }

  @Test func aTopicIsFollowedOnceHoweverManyWant() async throws {
    try await Stage.with { stage in
      let gate = Gate()
      stage.fanOut.keep("one", on: room)
      stage.fanOut.hold(gate)
      let clients = (0..<20).map { index in
        stage.enter(room, from: .earliest, on: Stage.loops[index % Stage.loops.count])
      }
      async let page = stage.hub.page(of: room, from: .earliest, limit: 10)
      try await stage.fanOut.requests.wait { !$0.isEmpty }
      try await stage.settle()
      #expect(clients.allSatisfy { $0.journal.entries.isEmpty })
      gate.open()
      for client in clients { try await client.received(1) }
      let polled = try await page
      #expect(polled.updates.map(\.id) == [room.place(1)])
      #expect(stage.fanOut.requests.entries == [.follow(room)])
    }
  }

  @Test func aPlaceThatIsNotKeptIsAResetThatStartsWithTheOldest() async throws {
    try await Stage.with { stage in
      for text in ["one", "two", "three", "four"] { stage.fanOut.keep(text, on: room) }
      stage.fanOut.drop(2, on: room)
      let places = [room.place(1), room.place(99), other.place(3), Cursor.unknown]
      for place in places {
        let client = try await stage.join(room, from: .after(place))
        try await client.received(2)
        #expect(client.journal.entries == [.place(2, isReset: true), .wrote([3, 4])])
      }
      try await stage.say("five", on: room)
      for client in stage.clients {
        #expect(Array(client.journal.entries.dropFirst(2)) == [.wrote([5])])
      }
      let pages = places.map { ScriptedFanOut.Request.page(room, .after($0)) }
      #expect(stage.fanOut.requests.entries.filter(\.isPage) == pages)
    }
  }

  @Test func aResetOfATopicWithoutUpdatesIsToldToo() async throws {
    try await Stage.with { stage in
      let client = try await stage.join(room, from: .after(.unknown))
      try await stage.settle()
      #expect(client.journal.entries == [.place(0, isReset: true)])
      stage.fanOut.say("one", on: room)
      try await client.received(1)
      #expect(client.numbers == [1])
    }
  }

  @Test(arguments: [0, 150, 899])
  func whatIsOlderThanMemoryComesFromTheFanOutPageByPage(place: Int) async throws {
    try await Stage.with { stage in
      for number in 1...1000 { stage.fanOut.keep("\(number)", on: room) }
      stage.fanOut.leaveOut(900, on: room)
      let start = place == 0 ? Start.earliest : .after(room.place(place))
      let client = try await stage.join(room, from: start)
      try await client.received(1000 - place)
      try await stage.settle()
      stage.fanOut.say("1001", on: room)
      try await client.reached(1001)
      #expect(client.journal.entries.first == .place(place, isReset: false))
      #expect(client.numbers == Array((place + 1)...1001))
    }
  }

  @Test func whatIsInMemoryIsNotAskedOfTheFanOut() async throws {
    try await Stage.with { stage in
      for number in 1...1000 { stage.fanOut.keep("\(number)", on: room) }
      stage.fanOut.leaveOut(900, on: room)
      let client = try await stage.join(room, from: .after(room.place(900)))
      try await client.received(100)
      #expect(client.numbers == Array(901...1000))
      #expect(stage.fanOut.requests.entries == [.follow(room)])
    }
  }

  @Test func aPlaceAheadOfThisNodeIsAskedForByRefresh() async throws {
    try await Stage.with { stage in
      let early = try await stage.join(room)
      for text in ["one", "two"] { stage.fanOut.keep(text, on: room) }
      let ahead = try await stage.join(room, from: .after(room.place(2)))
      try await stage.settle()
      #expect(early.numbers == [1, 2])
      #expect(stage.fanOut.requests.entries == [.follow(room), .refresh(room)])
      try await stage.say("three", on: room)
      #expect(ahead.journal.entries == [.place(2, isReset: false), .wrote([3])])
      #expect(early.numbers == [1, 2, 3])
    }
  }

  @Test(arguments: [Refusal.full, .unavailable])
  func whoWantsATopicThatCannotBeFollowedIsToldToComeBack(refusal: Refusal) async throws {
    try await Stage.with { stage in
      stage.fanOut.refuse(refusal)
      let gate = Gate()
      stage.fanOut.hold(gate)
      let clients = [stage.enter(room), stage.enter(room, from: .earliest)]
      try await stage.fanOut.requests.wait { !$0.isEmpty }
      gate.open()
      for client in clients {
        try await client.ended()
        #expect(client.journal.entries == [.ended(.unavailable)])
      }
      stage.fanOut.refuse(nil)
      let client = try await stage.join(room)
      try await stage.say("one", on: room)
      #expect(client.numbers == [1])
      #expect(stage.hub.figures.slowClients == 0)
    }
  }

  @Test func whoWantsAPlaceThatCannotBeReadIsToldToComeBack() async throws {
    try await Stage.with { stage in
      let client = try await stage.join(room)
      stage.fanOut.refuse(.unavailable)
      let late = stage.enter(room, from: .after(.unknown))
      #expect(try await late.ended() == .unavailable)
      try await stage.say("one", on: room)
      #expect(late.journal.entries == [.ended(.unavailable)])
      #expect(client.numbers == [1])
    }
  }

  @Test func overTheNumberOfTopicsAnotherIsRefusedWithoutAsking() async throws {
    try await Stage.with(limits: HistoryLimits(size: nil, seconds: nil, topics: 1)) { stage in
      let client = try await stage.join(room)
      let refused = stage.enter(other)
      #expect(try await refused.ended() == .unavailable)
      #expect(stage.fanOut.requests.entries == [.follow(room)])
      // Who only asks is answered by the fan-out, and takes no room.
      _ = try await stage.hub.page(of: other, from: .now, limit: 1)
      #expect(stage.fanOut.requests.entries == [.follow(room), .page(other, .now)])
      #expect(stage.hub.figures.openTopics == 1)
      try await stage.say("one", on: room)
      #expect(client.numbers == [1])
    }
  }
}
