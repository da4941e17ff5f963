import Conformance
import NIOCore
import Testing
import Updates

@Suite(.timeLimit(.minutes(10))) struct HubDeliveryTests {
  private let room = Topic.named("room")
  private let other = Topic.named("other")

  @Test func theUpdatesOfOneTurnAreEncodedOnceForAll() async throws {
    try await Stage.with { stage in
      let format = LineFormat()
      for _ in 0..<3 { try await stage.join(room, format: format) }
      try await stage.sayAtOnce(["one", "two", "three"], on: room)
      for client in stage.clients {
        #expect(client.journal.entries == [.place(0, isReset: false), .wrote([1, 2, 3])])
      }
      #expect(format.encodings.entries == [3])
      try await stage.say("four", on: room)
      #expect(format.encodings.entries == [3, 1])
      #expect(stage.hub.figures.deliveries == 12)
    }
  }

  @Test func eachFormatIsEncodedOnce() async throws {
    try await Stage.with { stage in
      let formats = [LineFormat(name: "one"), LineFormat(name: "two")]
      for index in 0..<6 { try await stage.join(room, format: formats[index % 2]) }
      try await stage.sayAtOnce(["one", "two"], on: room)
      #expect(formats.map(\.encodings.entries) == [[2], [2]])
      #expect(stage.clients.allSatisfy { $0.numbers == [1, 2] })
    }
  }

  @Test func eachClientGetsTheUpdatesOfItsTopicOnly() async throws {
    try await Stage.with { stage in
      let here = try await stage.join(room)
      let there = try await stage.join(other)
      try await stage.loop.submit { [fanOut = stage.fanOut, room, other] in
        for text in ["one", "two"] {
          fanOut.say(text, on: room)
          fanOut.say(text, on: other)
        }
      }.get()
      try await stage.say("three", on: other)
      #expect(here.numbers == [1, 2])
      #expect(there.numbers == [1, 2, 3])
    }
  }

  @Test func aLargeBurstIsWrittenInPieces() async throws {
    try await Stage.with { stage in
      let client = try await stage.join(room)
      let text = String(repeating: "x", count: 100_000)
      try await stage.sayAtOnce([String](repeating: text, count: 10), on: room)
      #expect(client.numbers == Array(1...10))
      let pieces = client.journal.entries.dropFirst()
      #expect(pieces.count > 1)
      #expect(pieces.count < 10)
    }
  }

  @Test(arguments: 0..<5)
  func whoLeavesWhileUpdatesAreWrittenTakesNothingFromTheOthers(leaver: Int) async throws {
    try await Stage.with { stage in
      for index in 0..<5 {
        try await stage.join(room) { client in
          if index == leaver { client.onWrite = { $0.leave() } }
        }
      }
      for text in ["one", "two", "three"] { try await stage.say(text, on: room) }
      for (index, client) in stage.clients.enumerated() {
        #expect(client.numbers == (index == leaver ? [1] : [1, 2, 3]))
      }
    }
  }

  @Test func allCanLeaveWhileUpdatesAreWritten() async throws {
    try await Stage.with { stage in
      for _ in 0..<5 {
        try await stage.join(room) { client in client.onWrite = { $0.leave() } }
      }
      for text in ["one", "two"] { try await stage.say(text, on: room) }
      #expect(stage.clients.allSatisfy { $0.numbers == [1] })
      let client = try await stage.join(room)
      try await stage.say("three", on: room)
      #expect(client.numbers == [3])
    }
  }

  @Test func whoLeavesWhileItWaitsIsNotSpokenTo() async throws {
    try await Stage.with { stage in
      let gate = Gate()
      stage.fanOut.hold(gate)
      let client = stage.enter(room)
      try await stage.fanOut.requests.wait { !$0.isEmpty }
      try await stage.leave(client)
      gate.open()
      try await stage.join(room)
      try await stage.say("one", on: room)
      #expect(client.journal.entries.isEmpty)
    }
  }

  /// A connection may break at its very first write.
  @Test(arguments: [Start.now, .earliest, .after(.unknown)])
  func whoLeavesWhileItIsToldItsPlaceGetsNothingMore(start: Start) async throws {
    try await Stage.with { stage in
      stage.fanOut.keep("one", on: room)
      let client = try await stage.join(room, from: start) { client in
        client.onPlace = { $0.leave() }
      }
      try await stage.settle()
      try await stage.say("two", on: room)
      #expect(client.numbers.isEmpty)
      stage.clock.advance(by: 61)
      stage.hub.tick()
      #expect(stage.hub.figures.openTopics == 0)
    }
  }

  /// The kernel may take the rest while the write of it is still going on.
  @Test(arguments: [Start.earliest, .after(.unknown)])
  func bytesThatAreTakenAtOnceBringNothingTwice(start: Start) async throws {
    try await Stage.with { stage in
      for number in 1...1000 { stage.fanOut.keep("\(number)", on: room) }
      stage.fanOut.leaveOut(900, on: room)
      let client = try await stage.join(room, from: start) { client in
        client.onWrite = { $0.subscription?.resume() }
      }
      try await client.reached(1000)
      try await stage.settle()
      stage.fanOut.say("1001", on: room)
      try await client.reached(1001)
      #expect(client.numbers == Array(1...1001))
    }
  }

  /// The engine forgot a topic that is still open here, and begins it at a place of its own.
  @Test func aPlaceThatOnlyTheEngineKnowsIsNotAskedForAgainAndAgain() async throws {
    try await Stage.with { stage in
      for text in ["one", "two"] { stage.fanOut.keep(text, on: room) }
      let early = try await stage.join(room)
      stage.fanOut.forget(room, beginningAt: 900)
      let late = try await stage.join(room, from: .after(.unknown))
      for _ in 0..<300 { try await stage.settle() }
      let pages = stage.fanOut.requests.entries.filter(\.isPage).count
      #expect(pages < 10)
      stage.fanOut.say("three", on: room)
      try await early.received(1)
      try await late.reached(3)
      #expect(early.numbers == [3])
      #expect(late.numbers.last == 3)
      #expect(Set(late.numbers).count == late.numbers.count)
    }
  }
}
