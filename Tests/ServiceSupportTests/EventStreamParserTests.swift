import ServiceSupport
import Testing

@Suite struct EventStreamParserTests {
  private static func events(_ text: String, pieces: Int = .max) -> [StreamEvent] {
    var parser = EventStreamParser()
    var events: [StreamEvent] = []
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      events += parser.feed(rest.prefix(pieces))
      rest = rest.dropFirst(pieces)
    }
    return events
  }

  static let streams: [(text: String, events: [StreamEvent])] = [
    ("id: 1\nretry: 2000\n\n", [StreamEvent(id: "1", retry: 2000)]),
    ("id: 1\nevent: e\ndata: a\n\n", [StreamEvent(id: "1", event: "e", data: "a")]),
    ("data: a\ndata:b\ndata\ndata:  c\n\n", [StreamEvent(data: "a\nb\n\n c")]),
    ("data:\n\n", [StreamEvent(data: "")]),
    (":\n\n: a comment\n\n", []),
    ("data: a\r\rdata: b\r\n\r\ndata: c\n\n", ["a", "b", "c"].map { StreamEvent(data: $0) }),
    ("\u{FEFF}data: a\n\n", [StreamEvent(data: "a")]),
    ("id: a\u{0}b\nretry: 1s\nother: x\ndata: a: b\n\n", [StreamEvent(data: "a: b")]),
    ("data: unfinished\n", []),
    ("data: grüße 🎉\n\n", [StreamEvent(data: "grüße 🎉")]),
  ]

  @Test(arguments: streams.indices, [1, 2, 3, Int.max])
  func readsWhateverTheStreamIsCutInto(index: Int, pieces: Int) {
    let (text, events) = Self.streams[index]
    #expect(Self.events(text, pieces: pieces) == events)
  }

  @Test func keepsTheLastID() {
    var parser = EventStreamParser()
    _ = parser.feed("id: 1\n\ndata: a\n\n:\n\nid: 2\n".utf8)
    #expect(parser.lastEventID == "1", "the block is not at its end")
    #expect(parser.comments == 1)
    _ = parser.feed("\n".utf8)
    #expect(parser.lastEventID == "2")
  }
}
