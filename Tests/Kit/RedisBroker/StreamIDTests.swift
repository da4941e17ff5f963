import TestSupport
import Testing
import Updates

@testable import RedisBroker

@Suite struct StreamIDTests {
  @Test func idsAreOrderedAsNumbers() throws {
    let ids = try ["0-0", "9-10", "10-2", "10-10"].map { try #require(StreamID($0)) }
    #expect(ids == ids.sorted())
    #expect(ids.map(\.description) == ["0-0", "9-10", "10-2", "10-10"])
  }

  @Test func theFirstAndTheLastPlaceAreAroundAll() throws {
    let id = try #require(StreamID("1-0"))
    #expect(StreamID.zero < id)
    #expect(id < .end)
    #expect(StreamID.end.description == "18446744073709551615-18446744073709551615")
    #expect(StreamID("\(StreamID.end)") == .end)
  }

  @Test(arguments: ["", "-", "1", "1-", "-1", "1-2-3", "a-1", "1--1", "18446744073709551616-0"])
  func whatIsNoIDIsRefused(text: String) {
    #expect(StreamID(text) == nil)
  }
}

@Suite struct StreamCursorTests {
  private let room: Topic
  private let cursor = StreamCursor(epoch: "e", id: StreamID(milliseconds: 12, sequence: 3))

  init() throws {
    room = try #require(Topic("room"))
  }

  @Test func aCursorIsReadBack() throws {
    #expect(StreamCursor(cursor.cursor(of: room), of: room) == cursor)
    let last = StreamCursor(epoch: String(repeating: "z", count: 40), id: .end)
    let text = last.cursor(of: room).text
    let read = try #require(Cursor(text))
    #expect(StreamCursor(read, of: room) == last)
  }

  @Test func aCursorOfAnotherTopicIsRecognised() throws {
    let other = try #require(Topic("other"))
    #expect(StreamCursor(cursor.cursor(of: other), of: room) == nil)
  }

  @Test func aPlaceThatIsWrittenInAnotherWayIsNotTaken() throws {
    let prefix = String(cursor.cursor(of: room).text.dropLast("12.3".count))
    let places = ["", "12", "12.", ".3", "12-3", "012.3", "12.03", "12.3.0", "12.x", "-12.3"]
    for place in places {
      let read = try #require(Cursor(prefix + place))
      #expect(StreamCursor(read, of: room) == nil, "\(read)")
    }
    #expect(StreamCursor(.unknown, of: room) == nil)
    #expect(StreamCursor(Numbering(epoch: "e").cursor(12, of: room), of: room) == nil)
  }

  @Test func noCursorIsMoreThanItCanTake() throws {
    let text = Array(cursor.cursor(of: room).text)
    let known = Array("-.:0129aez_")
    var generator = SeededGenerator(seed: 23)
    for _ in 0..<3000 {
      var mutated = text
      for _ in 0..<Int.random(in: 1...3, using: &generator) {
        let place = Int.random(in: 0..<mutated.count, using: &generator)
        mutated[place] = known.randomElement(using: &generator) ?? "-"
        if Bool.random(using: &generator) { mutated.insert("9", at: place) }
      }
      let given = try #require(Cursor(String(mutated)))
      guard let read = StreamCursor(given, of: room) else { continue }
      #expect(read.cursor(of: room) == given)
    }
  }
}

@Suite struct EpochTests {
  @Test(arguments: ["e", "0", "Ab1", String(repeating: "z", count: 40), Numbering.newEpoch()])
  func lettersAndDigitsAreAnEpoch(text: String) {
    #expect(Epoch(text)?.text == text)
  }

  @Test(arguments: [
    "", " ", "a-b", "a.b", "a\0", "a\r\n", "\u{E9}", "\u{AA}", "e\u{301}", "\u{FF11}",
    String(repeating: "z", count: 41),
  ])
  func anythingElseIsNot(text: String) {
    #expect(Epoch(text) == nil)
  }
}
