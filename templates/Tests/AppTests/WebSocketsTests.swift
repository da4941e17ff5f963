import NIOCore
import Testing

@Suite struct WebSocketsTests {
  @Test func anUpdateReachesASocket() async throws {
    try await Server.run { server in
      async let talk = server.talk("after=earliest", until: "\"data\":\"hello\"")
      try await server.publish("hello", ["Event-Name": "greeting"])
      let text = try await talk
      #expect(text.hasPrefix("HTTP/1.1 101 "))
      // The key and its answer are those of RFC 6455, section 1.3.
      #expect(text.contains("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo="))
      #expect(text.contains("\"event\":\"greeting\""))
    }
  }

  @Test func whatAClientSaysIsPublishedAndAnswered() async throws {
    try await Server.run { server in
      let text = try await server.talk(
        saying: #"{"data":"from below","ref":"1"}"#, until: "\"ref\":\"1\"")
      #expect(!text.contains("\"error\""))
      let page = try await server.answer(
        "GET", "/topics/demo/updates?after=earliest", until: "\"reset\":false}")
      #expect(page.contains("\"data\":\"from below\""))
    }
  }

  @Test func aSocketGoesOnAfterTheLastIdOfItsClient() async throws {
    try await Server.run { server in
      let first = try await server.publish("first")
      let id = try #require(first.split(separator: "\"").last { $0.contains("-") })
      try await server.publish("second")
      let text = try await server.talk("after=\(id)", until: "\"data\":\"second\"")
      #expect(text.contains("\"reset\":false"))
      #expect(!text.contains("\"data\":\"first\""))
    }
  }

  @Test func aPlaceThatIsNotKeptIsAnsweredWithAReset() async throws {
    try await Server.run { server in
      try await server.publish("kept")
      let text = try await server.talk("after=long-ago", until: "\"data\":\"kept\"")
      #expect(text.contains("\"reset\":true"))
    }
  }
}

extension Server {
  /// Opens a socket on the topic `demo`, says something, and reads until what came contains `end`.
  fileprivate func talk(
    _ query: String = "", saying text: String? = nil, until end: String
  ) async throws -> String {
    let request = """
      GET /topics/demo/socket?\(query) HTTP/1.1\r\nHost: localhost\r\n\
      Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
      Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n
      """
    return try await connect().executeThenClose { inbound, outbound in
      try await outbound.write(ByteBuffer(string: request))
      var heard = ""
      for try await bytes in inbound {
        if heard.isEmpty, let text { try await outbound.write(frame(text)) }
        heard += String(buffer: bytes)
        if heard.contains(end) { return heard }
      }
      Issue.record("The socket ended before \(end) came: \(heard)")
      return heard
    }
  }

  /// A short text frame of a client (RFC 6455, section 5.2). Its mask of zeros leaves the text as it is.
  private func frame(_ text: String) -> ByteBuffer {
    ByteBuffer(bytes: [0x81, 0x80 | UInt8(text.utf8.count), 0, 0, 0, 0] + Array(text.utf8))
  }
}
