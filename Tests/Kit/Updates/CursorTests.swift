import Testing
import Updates

@Suite struct CursorTests {
  private let room = Topic.named("room")
  private let numbering = Numbering(epoch: "e")

  @Test(arguments: ["0", "a-b-1", "A.z_9:x-", String(repeating: "x", count: 100)])
  func aTokenIsACursor(text: String) {
    #expect(Cursor(text)?.text == text)
    #expect(Cursor(text)?.description == text)
  }

  @Test(arguments: [
    "", " ", "a b", "a\r\nb", "a\0", "a/b", "a,b", "\"a\"", "\u{E9}", "1\u{301}",
    String(repeating: "x", count: 101),
  ])
  func whatIsNoTokenIsNoCursor(text: String) {
    #expect(Cursor(text) == nil)
  }

  @Test(arguments: [0, 1, 42, Int64.max])
  func aNumberIsReadBack(number: Int64) {
    let cursor = numbering.cursor(number, of: room)
    #expect(numbering.number(of: cursor, on: room) == number)
  }

  /// Other processes read it, so neither the form nor the checksum may depend on this one.
  @Test func cursorsAreTheSameInEachProcess() {
    #expect(numbering.cursor(7, of: Topic.named("a")).text == "e-1r9wi7g-7")
    #expect(numbering.cursor(0, of: Topic.named("foobar")).text == "e-1h5yxyg-0")
    #expect(numbering.cursor(1, of: Topic.named("\u{E9}")).text == "e-8htmm9-1")
  }

  @Test func aCursorOfAnotherTopicIsRecognised() {
    let cursor = numbering.cursor(7, of: Topic.named("caf\u{E9}"))
    #expect(numbering.number(of: cursor, on: room) == nil)
    #expect(numbering.number(of: cursor, on: Topic.named("cafe\u{301}")) == nil)
  }

  @Test func aCursorOfAnotherHistoryIsRecognised() {
    let cursor = Numbering(epoch: "f").cursor(7, of: room)
    #expect(numbering.number(of: cursor, on: room) == nil)
    #expect(Numbering(epoch: "").number(of: cursor, on: room) == nil)
  }

  @Test func aNumberThatIsWrittenInAnotherWayIsNotTaken() throws {
    let prefix = String(numbering.cursor(7, of: room).text.dropLast())
    let places = [
      "", "07", "007", "-7", "-0", "7.0", "7a", "9223372036854775808", "-9223372036854775808", "x",
    ]
    for place in places {
      let cursor = try #require(Cursor(prefix + place))
      #expect(numbering.number(of: cursor, on: room) == nil, "\(cursor)")
    }
    for text in ["7", "-7", "e-7", "e--7", "-", "---", "unknown"] {
      let cursor = try #require(Cursor(text))
      #expect(numbering.number(of: cursor, on: room) == nil, "\(cursor)")
    }
    #expect(numbering.number(of: .unknown, on: room) == nil)
  }

  @Test func theLongestCursorIsOneThatComesBackIn() {
    let numbering = Numbering(epoch: String(repeating: "e", count: 40))
    for name in ["a", "b", "room", "\u{E9}"] {
      let text = numbering.cursor(.max, of: Topic.named(name)).text
      #expect(Cursor(text)?.text == text)
    }
  }

  @Test func eachEpochIsNew() {
    let epochs = (0..<100).map { _ in Numbering.newEpoch() }
    #expect(Set(epochs).count == 100)
    for epoch in epochs {
      #expect(epoch.utf8.count == 16)
      #expect(epoch.allSatisfy { $0.isASCII && ($0.isLowercase || $0.isNumber) })
    }
  }
}
