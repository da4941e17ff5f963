import ServiceSupport
import Testing

@Suite struct HTTPResponseParserTests {
  /// Statuses and bodies of the responses that are complete.
  private static func read(
    _ text: String, pieces: Int = .max, isForHead: Bool = false, ends: Bool = false
  ) throws -> [String] {
    var parser = HTTPResponseParser(isForHead: isForHead)
    var parts: [HTTPResponseParser.Part] = []
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      parts += try parser.feed(rest.prefix(pieces))
      rest = rest.dropFirst(pieces)
    }
    if ends { parts += try parser.finish() }
    var responses: [String] = []
    var current = ""
    for part in parts {
      switch part {
      case .head(let head): current = "\(head.status) "
      case .body(let bytes): current += String(decoding: bytes, as: UTF8.self)
      case .end: responses.append(current)
      }
    }
    return responses
  }

  @Test(arguments: [1, 3, Int.max])
  func readsResponsesWhateverTheyAreCutInto(pieces: Int) throws {
    let text = """
      HTTP/1.1 100 Continue\r\n\r\n\
      HTTP/1.1 200 OK\r\ncontent-length:  5 \r\n\r\nhello\
      HTTP/1.1 200\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n0A\r\n0123456789\r\n0\r\n\
      Trailer: x\r\n\r\n\
      HTTP/1.1 204 No Content\r\n\r\n\
      HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n\
      HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n
      """
    #expect(
      try Self.read(text, pieces: pieces) == [
        "200 hello", "200 abc0123456789", "204 ", "304 ", "200 ",
      ])
  }

  @Test func readsToTheEndOfTheConnection() throws {
    let text = "HTTP/1.0 200 OK\r\n\r\nhello"
    #expect(try Self.read(text) == [])
    #expect(try Self.read(text, ends: true) == ["200 hello"])
    #expect(
      try Self.read("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", isForHead: true) == ["200 "])
  }

  @Test(arguments: [
    "HTTP/1.1 200 OK\n\n", "HTTX 200 OK\r\n\r\n", "HTTP/1.1 20 OK\r\n\r\n", "\r\n",
    "HTTP/1.1 200 OK\r\na b: c\r\n\r\n", "HTTP/1.1 200 OK\r\n folded\r\n\r\n",
    "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n",
    "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n",
  ])
  func refuses(text: String) {
    #expect(throws: HTTPResponseParser.Problem.self) { try Self.read(text) }
  }

  @Test(arguments: ["HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell"])
  func refusesAnEarlyEnd(text: String) throws {
    #expect(try Self.read(text) == [])
    #expect(throws: HTTPResponseParser.Problem.self) { try Self.read(text, ends: true) }
  }
}
