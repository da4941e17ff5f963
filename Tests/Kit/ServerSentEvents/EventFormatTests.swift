import Conformance
import Foundation
import NIOCore
import TestSupport
import Testing
import Updates

@testable import ServerSentEvents

@Suite struct EventFormatTests {
  private let plain = EventFormat(isChunked: false)
  private let chunked = EventFormat(isChunked: true)

  private func topic(_ name: String = "room") throws -> Topic {
    try #require(Topic(name))
  }

  private func update(_ number: Int64, _ data: String, event: String? = nil) throws -> Update {
    let topic = try topic()
    return Update(
      id: Numbering(epoch: "e").cursor(number, of: topic), topic: topic,
      event: event.flatMap(EventName.init), data: data)
  }

  private func bytes(_ format: EventFormat, _ updates: [Update]) -> [UInt8] {
    var buffer = ByteBuffer()
    format.encode(updates, into: &buffer)
    return bytes(buffer)
  }

  private func bytes(_ buffer: ByteBuffer) -> [UInt8] {
    Array(buffer.readableBytesView)
  }

  /// Every line end as LF, as it arrives over an event stream.
  private func withPlainLineEnds(_ text: String) -> String {
    var result = ""
    var last: Unicode.Scalar?
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\r": result.unicodeScalars.append("\n")
      case "\n": if last != "\r" { result.unicodeScalars.append("\n") }
      default: result.unicodeScalars.append(scalar)
      }
      last = scalar
    }
    return result
  }

  private func expectToArrive(_ updates: [Update]) throws {
    let stream = bytes(plain, updates)
    let reader = EventStreamReader(stream)
    try #require(reader.events.count == updates.count)
    for (event, update) in zip(reader.events, updates) {
      #expect(Array(event.data.utf8) == Array(withPlainLineEnds(update.data).utf8))
      #expect(event.type == update.event?.name ?? "message")
      #expect(event.lastID == update.id.text)
    }
    let chunks = try #require(ChunkReader(bytes(chunked, updates)))
    #expect(chunks.chunks == [stream])
    #expect(!chunks.isEnded)
  }

  @Test func anUpdateIsABlockOfFields() throws {
    let text = String(decoding: bytes(plain, [try update(7, "a\nb", event: "news")]), as: UTF8.self)
    #expect(text == "id: e-fj9bp6-7\nevent: news\ndata: a\ndata: b\n\n")
    let framed = String(decoding: bytes(chunked, [try update(7, "a")]), as: UTF8.self)
    #expect(framed == "00000018\r\nid: e-fj9bp6-7\ndata: a\n\n\r\n")
  }

  @Test(arguments: [
    "", " ", "  a", "a ", ":", ": a", "data: a", "id: 1", "a\n", "\n", "\n\n", "\na", "a\nb",
    "a\rb", "a\r\nb", "a\n\rb", "\r", "\r\n", "\r\r\n\n", "a\r", "a\n\nid: 9\n\nb",
    "\u{FEFF}a", "\0", "a\0b", "\u{E9}", "e\u{301}", "\r\u{301}a", "\n\u{301}",
    "\u{1F469}\u{200D}\u{1F469}", "\u{2028}", "\u{85}", "{\"a\":\"b\\n\"}", "0\r\n\r\n",
  ])
  func aTextArrivesWithItsLineEndsAsLF(text: String) throws {
    try expectToArrive([try update(1, text)])
    try expectToArrive([try update(1, text, event: "a.b:c-d_e")])
  }

  @Test func manyUpdatesArriveOneByOne() throws {
    let texts = ["one", "", "two\nthree", "\r\n", "four"]
    let updates = try texts.enumerated().map { index, text in
      try update(Int64(index), text, event: index.isMultiple(of: 2) ? nil : "news")
    }
    try expectToArrive(updates)
    let reader = EventStreamReader(bytes(plain, updates))
    #expect(reader.lastID == updates[4].id.text)
  }

  @Test func randomTextsArrive() throws {
    let parts = [
      "\r", "\n", "\r\n", " ", ":", "data", "id", "event: x", "a", "\u{E9}", "\u{301}",
      "\u{1F469}", "\0", "\u{FEFF}", "",
    ]
    var generator = SeededGenerator(seed: 3)
    for _ in 0..<500 {
      let updates = try (1...Int64.random(in: 1...4, using: &generator)).map { number in
        let count = Int.random(in: 0...12, using: &generator)
        let text = (0..<count).map { _ in
          parts[Int.random(in: 0..<parts.count, using: &generator)]
        }
        return try update(number, text.joined())
      }
      try expectToArrive(updates)
    }
  }

  @Test func aLargeTextIsOneChunk() throws {
    try expectToArrive([try update(1, String(repeating: "x\n", count: 20_000))])
  }

  /// Updates of several turns may share a buffer.
  @Test(arguments: [false, true])
  func whatIsEncodedComesAfterWhatTheBufferHolds(isChunked: Bool) throws {
    let format = EventFormat(isChunked: isChunked)
    let (first, second) = ([try update(1, "one")], [try update(2, "two")])
    var buffer = ByteBuffer()
    format.encode(first, into: &buffer)
    format.encode(second, into: &buffer)
    #expect(bytes(buffer) == bytes(format, first) + bytes(format, second))
  }

  @Test func chunksAreForHTTP11Only() throws {
    let update = try update(1, "a")
    #expect(ChunkReader(bytes(plain, [update])) == nil)
    #expect(String(decoding: bytes(plain, [update]), as: UTF8.self).hasPrefix("id: "))
    #expect(plain.name != chunked.name)
  }

  @Test func aPlaceIsKeptByABrowserAndShownToNobody() throws {
    let cursor = try update(7, "").id
    let reader = EventStreamReader(bytes(plain.place(cursor, retryMilliseconds: 1500)))
    #expect(reader.events.isEmpty)
    #expect(reader.lastID == cursor.text)
    #expect(reader.retry == 1500)
    let chunks = ChunkReader(bytes(chunked.place(cursor, retryMilliseconds: 1500)))
    #expect(chunks?.chunks == [bytes(plain.place(cursor, retryMilliseconds: 1500))])
  }

  @Test(arguments: [
    "room", "a\"b\\c", "\\", "\"", "\\\"", "\\n", "\u{E9}", "e\u{301}", "\u{2028}",
    "\u{1F469}\u{200D}\u{1F469}", "<script>", "{\"topic\":1}", "a b:c",
  ])
  func aResetNamesItsTopic(name: String) throws {
    struct Reset: Decodable {
      var topic: String
    }
    let (topic, cursor) = (try topic(name), try update(7, "").id)
    let bytes = bytes(plain.reset(topic, at: cursor, retryMilliseconds: 2000))
    let reader = EventStreamReader(bytes)
    let event = try #require(reader.events.first)
    #expect(reader.events.count == 1)
    #expect(event.type == "reset")
    #expect(event.lastID == cursor.text)
    #expect(reader.retry == 2000)
    let reset = try JSONDecoder().decode(Reset.self, from: Data(event.data.utf8))
    #expect(Array(reset.topic.utf8) == Array(name.utf8))
    let framed = self.bytes(chunked.reset(topic, at: cursor, retryMilliseconds: 2000))
    #expect(ChunkReader(framed)?.chunks == [bytes])
  }

  @Test(arguments: [
    (EndReason.leaving, "1012"), (.unavailable, "1013"), (.tooSlow, "4008"),
  ])
  func aByeSaysWhyAndEndsTheResponse(reason: EndReason, code: String) throws {
    let reader = EventStreamReader(bytes(plain.bye(reason)))
    #expect(reader.events.map(\.type) == ["bye"])
    #expect(reader.events.map(\.data) == [code])
    let chunks = try #require(ChunkReader(bytes(chunked.bye(reason))))
    #expect(chunks.chunks == [bytes(plain.bye(reason))])
    #expect(chunks.isEnded)
  }

  @Test func aByeKeepsThePlaceOfTheClient() throws {
    let update = try update(7, "a")
    let reader = EventStreamReader(bytes(plain, [update]) + bytes(plain.bye(.tooSlow)))
    #expect(reader.lastID == update.id.text)
  }

  @Test func aHeartbeatIsShownToNobody() throws {
    let update = try update(7, "a", event: "news")
    let reader = EventStreamReader(bytes(plain, [update]) + bytes(plain.heartbeat))
    #expect(reader.events.map(\.data) == ["a"])
    #expect(reader.lastID == update.id.text)
    let alone = EventStreamReader(bytes(plain.heartbeat))
    #expect(alone.events.isEmpty)
    let chunks = try #require(ChunkReader(bytes(chunked.heartbeat)))
    #expect(chunks.chunks == [bytes(plain.heartbeat)])
    #expect(!chunks.isEnded)
  }
}
