import NIOCore
import TestSupport
import Testing

@testable import RedisBroker

@Suite struct RESPTests {
  /// All kinds of replies, one after another, and how they read.
  private static let text =
    "+OK\r\n+\r\n-ERR no such key\r\n-\r\n:0\r\n:-42\r\n:9223372036854775807\r\n$5\r\nhello\r\n"
    + "$0\r\n\r\n$-1\r\n$10\r\na\r\n$3\r\n\0\u{E9}\r\n*0\r\n*-1\r\n*1\r\n$-1\r\n"
    + "*5\r\n$1\r\na\r\n:7\r\n*2\r\n*0\r\n*2\r\n+b\r\n-ERR c\r\n*-1\r\n$3\r\n\u{20AC}\r\n+end\r\n"

  private static let replies: [Reply] = [
    .string("OK"), .string(""), .error("ERR no such key"), .error(""), .integer(0), .integer(-42),
    .integer(.max), .string("hello"), .string(""), .null, .string("a\r\n$3\r\n\0\u{E9}"),
    .array([]), .null, .array([.null]),
    .array([
      .string("a"), .integer(7),
      .array([.array([]), .array([.string("b"), .error("ERR c")])]), .null, .string("\u{20AC}"),
    ]),
    .string("end"),
  ]

  /// What comes out after each piece.
  private func read(_ pieces: [some Collection<UInt8>]) throws -> [[Reply]] {
    let reader = try #require(ReplyReader())
    return try pieces.map { piece in
      try reader.feed(ByteBuffer(bytes: piece))
      var replies: [Reply] = []
      while let reply = try reader.next() { replies.append(reply) }
      return replies
    }
  }

  @Test func allKindsOfRepliesAreRead() throws {
    let replies = try read([Array(Self.text.utf8)]).flatMap { $0 }
    for (reply, expected) in zip(replies, Self.replies) { #expect(reply == expected) }
    #expect(replies.count == Self.replies.count)
  }

  @Test func repliesAreTheSameInWhateverPiecesTheyCome() throws {
    let bytes = Array(Self.text.utf8)
    for split in 0...bytes.count {
      let replies = try read([bytes[..<split], bytes[split...]]).flatMap { $0 }
      let isSame = replies == Self.replies
      #expect(isSame, "\(split)")
    }
    let single = try read(bytes.map { [$0] }).flatMap { $0 } == Self.replies
    #expect(single)
    var generator = SeededGenerator(seed: 5)
    for _ in 0..<200 {
      let splits = (0..<6).map { _ in Int.random(in: 0...bytes.count, using: &generator) }.sorted()
      let pieces = zip([0] + splits, splits + [bytes.count]).map { bytes[$0..<$1] }
      let isSame = try read(pieces).flatMap { $0 } == Self.replies
      #expect(isSame, "\(splits)")
    }
  }

  @Test func aReplyComesWithItsLastByteAndNotBefore() throws {
    for text in ["+OK\r\n", ":1\r\n", "$2\r\n\r\n\r\n", "*2\r\n*1\r\n:1\r\n$-1\r\n"] {
      let replies = try read(text.utf8.map { [$0] })
      let counts = replies.map(\.count)
      #expect(counts == Array(repeating: 0, count: counts.count - 1) + [1], "\(text)")
    }
  }

  @Test func onlyWhatIsToReadOfABufferIsTaken() throws {
    let reader = try #require(ReplyReader())
    var buffer = ByteBuffer(string: "x+OK\r\n")
    buffer.moveReaderIndex(forwardBy: 1)
    try reader.feed(buffer)
    #expect(try reader.next() == .string("OK"))
    try reader.feed(ByteBuffer())
    #expect(try reader.next() == nil)
  }

  @Test func largeTextIsReadInManyPieces() throws {
    let data = String(repeating: "0123456789\r\n", count: 100_000)
    let bytes = Array("$\(data.utf8.count)\r\n\(data)\r\n:1\r\n".utf8)
    let pieces = stride(from: 0, to: bytes.count, by: 65_536).map {
      bytes[$0..<min(bytes.count, $0 + 65_536)]
    }
    let isSame = try read(pieces).flatMap { $0 } == [.string(data), .integer(1)]
    #expect(isSame)
  }

  @Test func whatIsNoUTF8IsRepaired() throws {
    #expect(
      try read([Array("$3\r\na".utf8) + [0xFF] + Array("b\r\n".utf8)]) == [[.string("a\u{FFFD}b")]])
  }

  @Test(arguments: [
    "hello\r\n", "\r\n", "HTTP/1.1 400 Bad Request\r\n", "\0", "$x\r\n", "$-2\r\n",
    "*x\r\n", "*-2\r\n", ":x\r\n", ":\r\n", "+OK\r\n?\r\n", "*2\r\n:1\r\nx\r\n",
  ])
  func whatIsNoReplyIsRefusedForGood(text: String) throws {
    let reader = try #require(ReplyReader())
    try reader.feed(ByteBuffer(string: text))
    #expect(throws: ReplyReader.ProtocolError.self) { while try reader.next() != nil {} }
    #expect(throws: ReplyReader.ProtocolError.self) {
      try reader.feed(ByteBuffer(string: "+OK\r\n"))
      _ = try reader.next()
    }
  }

  @Test func noBytesAreMoreThanItCanTake() throws {
    let bytes = Array(Self.text.utf8)
    let known = Array("+-:$*\r\n0159x\0".utf8)
    var generator = SeededGenerator(seed: 11)
    var refused = 0
    for _ in 0..<5000 {
      var mutated = bytes
      for _ in 0..<Int.random(in: 1...3, using: &generator) {
        let place = Int.random(in: 0..<mutated.count, using: &generator)
        switch Int.random(in: 0..<4, using: &generator) {
        case 0: mutated.remove(at: place)
        case 1: mutated[place] = UInt8.random(in: 0...255, using: &generator)
        case 2: mutated[place] = known.randomElement(using: &generator) ?? 0
        default: mutated.removeLast(Int.random(in: 0..<mutated.count / 4, using: &generator))
        }
      }
      let split = Int.random(in: 0...mutated.count, using: &generator)
      do {
        _ = try read([mutated[..<split], mutated[split...]])
      } catch is ReplyReader.ProtocolError {
        refused += 1
      }
    }
    #expect((1..<5000).contains(refused))
  }

  @Test(arguments: [
    ([], "*0\r\n"),
    ([""], "*1\r\n$0\r\n\r\n"),
    (["PING"], "*1\r\n$4\r\nPING\r\n"),
    (["SET", "", "b"], "*3\r\n$3\r\nSET\r\n$0\r\n\r\n$1\r\nb\r\n"),
    (["", "", ""], "*3\r\n$0\r\n\r\n$0\r\n\r\n$0\r\n\r\n"),
    (["\u{E9}", "\u{20AC}\u{1F600}"], "*2\r\n$2\r\n\u{E9}\r\n$7\r\n\u{20AC}\u{1F600}\r\n"),
    (["a\r\nb", "\0", "$1\r\n"], "*3\r\n$4\r\na\r\nb\r\n$1\r\n\0\r\n$4\r\n$1\r\n\r\n"),
  ])
  func aCommandIsAnArrayOfItsWords(words: [String], text: String) {
    var buffer = ByteBuffer(string: "<")
    let isWritten = buffer.writeCommand(words)
    #expect(isWritten)
    #expect(Array(buffer.readableBytesView) == Array("<\(text)".utf8))
  }

  @Test func aCommandIsReadBackAsItWasWritten() throws {
    let data = String(repeating: "\u{E9}\r\n", count: 300_000)
    let words = ["EVAL", data] + (0..<200).map { "\($0)" }
    var buffer = ByteBuffer()
    let isWritten = buffer.writeCommand(words)
    #expect(isWritten)
    let isSame = try read([Array(buffer.readableBytesView)]) == [[.array(words.map(Reply.string))]]
    #expect(isSame)
  }
}
