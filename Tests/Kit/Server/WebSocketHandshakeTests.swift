import ServiceSupport
import Testing

/// How a socket opens, and how it does not (RFC 6455, section 4.2).
@Suite(.timeLimit(.minutes(10))) struct WebSocketHandshakeTests {
  private struct Request {
    var method = "GET"
    var target = "/topics/a/socket"
    var version = "HTTP/1.1"
    var fields = [
      ("Upgrade", "websocket"), ("Connection", "Upgrade"), ("Sec-WebSocket-Version", "13"),
      ("Sec-WebSocket-Key", WebSocketClient.key),
    ]
    var body = ""

    /// - Parameter value: nil takes the field out.
    func with(_ name: String, _ value: String?) -> Request {
      var request = self
      request.fields.removeAll { $0.0 == name }
      if let value { request.fields.append((name, value)) }
      return request
    }

    func adding(_ name: String, _ value: String) -> Request {
      var request = self
      request.fields.append((name, value))
      return request
    }

    var text: String {
      let lines = fields.map { "\($0): \($1)\r\n" }.joined()
      return "\(method) \(target) \(version)\r\nHost: localhost\r\n\(lines)\r\n\(body)"
    }
  }

  private static let refused: [(why: String, request: Request, statuses: ClosedRange<Int>)] = {
    let right = Request()
    var post = right
    post.method = "POST"
    var old = right
    old.version = "HTTP/1.0"
    var body = right.adding("Content-Length", "5")
    body.body = "hello"
    var chunks = right.adding("Transfer-Encoding", "chunked")
    chunks.body = "5\r\nhello\r\n0\r\n\r\n"
    var topic = right
    topic.target = "/topics/a%2fb/socket"
    return [
      ("version 12", right.with("Sec-WebSocket-Version", "12"), 426...426),
      ("version 7", right.with("Sec-WebSocket-Version", "7"), 426...426),
      ("version 130", right.with("Sec-WebSocket-Version", "130"), 426...426),
      ("no version", right.with("Sec-WebSocket-Version", nil), 400...426),
      ("two versions", right.adding("Sec-WebSocket-Version", "13"), 400...426),
      ("no key", right.with("Sec-WebSocket-Key", nil), 400...400),
      ("an empty key", right.with("Sec-WebSocket-Key", ""), 400...400),
      ("a short key", right.with("Sec-WebSocket-Key", "c2hvcnQ="), 400...400),
      (
        "a long key", right.with("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZSE="), 400...400
      ),
      (
        "a key that is not base64", right.with("Sec-WebSocket-Key", "!!!!!!!!!!!!!!!!!!!!!!=="),
        400...400
      ),
      ("two keys", right.adding("Sec-WebSocket-Key", "x3JJHMbDL1EzLkh9GBhXDw=="), 400...400),
      ("no upgrade", right.with("Upgrade", nil), 400...426),
      ("an upgrade to something else", right.with("Upgrade", "h2c"), 400...426),
      ("no connection", right.with("Connection", nil), 400...426),
      ("another connection", right.with("Connection", "keep-alive"), 400...426),
      ("POST", post, 400...426), ("HTTP/1.0", old, 400...426), ("a body", body, 400...400),
      ("a chunked body", chunks, 400...400), ("a bad topic", topic, 400...400),
      ("a foreign origin", right.adding("Origin", "http://evil.example"), 403...403),
      ("no origin at all", right.adding("Origin", "null"), 403...403),
    ]
  }()

  @Test func whatIsNoHandshakeIsAnsweredAndClosed() async throws {
    try await Node.run { node in
      for (why, request, statuses) in Self.refused {
        let connection = try await HTTPConnection.open(port: node.port)
        connection.send(request.text)
        let response = try await connection.response()
        #expect(statuses.contains(response.status), "\(why): \(response.status)")
        #expect(response["Sec-WebSocket-Accept"] == nil, "\(why)")
        if response.status == 426 {
          #expect(response["Sec-WebSocket-Version"] == "13", "\(why)")
          #expect(response["Upgrade"]?.lowercased() == "websocket", "\(why)")
        }
        _ = try await connection.ending()
      }
      _ = try await node.socket("a")
    }
  }

  private static let accepted: [(why: String, request: Request)] = {
    let right = Request()
    var lowercase = right
    lowercase.fields = right.fields.map { ($0.0.lowercased(), $0.1) }
    return [
      ("as it is", right), ("names in lower case", lowercase),
      ("as Firefox asks", right.with("Connection", "keep-alive, Upgrade")),
      ("a token in capitals", right.with("Connection", "UPGRADE")),
      ("a protocol in capitals", right.with("Upgrade", "WebSocket")),
      (
        "an extension", right.adding("Sec-WebSocket-Extensions", "permessage-deflate; x=\"1\", y")
      ),
      ("a subprotocol", right.adding("Sec-WebSocket-Protocol", "chat, superchat")),
      ("its own origin", right.adding("Origin", "http://localhost")),
      ("no body in so many words", right.adding("Content-Length", "0")),
    ]
  }()

  @Test func whatIsAHandshakeIsAcceptedAndWhatItOffersIsDeclined() async throws {
    try await Node.run { node in
      for (why, request) in Self.accepted {
        let connection = try await HTTPConnection.open(port: node.port)
        connection.send(request.text)
        let text = try await connection.text(containing: "\r\n\r\n")
        #expect(text.hasPrefix("HTTP/1.1 101 "), "\(why): \(text)")
        let head = text.lowercased()
        #expect(head.contains("\r\nupgrade: websocket\r\n"), "\(why)")
        #expect(head.contains("\r\nconnection: upgrade\r\n"), "\(why)")
        #expect(!head.contains("sec-websocket-extensions"), "\(why)")
        #expect(!head.contains("sec-websocket-protocol"), "\(why)")
        connection.close()
      }
    }
  }

  /// The examples of RFC 6455 and of Wikipedia.
  @Test(arguments: [
    (WebSocketClient.key, WebSocketClient.accept),
    ("x3JJHMbDL1EzLkh9GBhXDw==", "HSmrc0sMlYUkAGmm5OPpG2HaGWk="),
  ])
  func theAnswerIsThatToItsKey(_ key: String, _ accept: String) async throws {
    try await Node.run { node in
      let connection = try await HTTPConnection.open(port: node.port)
      connection.send(Request().with("Sec-WebSocket-Key", key).text)
      let text = try await connection.text(containing: "\r\n\r\n")
      #expect(text.contains("\r\nSec-WebSocket-Accept: \(accept)\r\n"))
    }
  }

  @Test func whatIsSentWithTheRequestIsTaken() async throws {
    try await Node.run { node in
      let frames =
        FrameWriter.text(#"{"data":"one","ref":1}"#) + FrameWriter.frame(.ping, [1, 2, 3])
        + FrameWriter.text(#"{"data":"two","#, isFinal: false)
      let socket = try await WebSocketClient.open(
        target: "/topics/room/socket", port: node.port, following: frames)
      socket.send(FrameWriter.frame(.continuation, Array(#""ref":2}"#.utf8)))
      let ids = [try await socket.answer(to: 1).id, try await socket.answer(to: 2).id]
      #expect(try await socket.frames(.pong, atLeast: 1).map(\.payload) == [[1, 2, 3]])
      let page = try await node.poll("room", after: "earliest")
      #expect(page.updates.map(\.data) == ["one", "two"])
      #expect(page.updates.map(\.id) == ids.compactMap(\.self))
    }
  }

  @Test func aConnectionThatServedRequestsBecomesASocket() async throws {
    try await Node.run { node in
      let connection = try await HTTPConnection.open(port: node.port)
      for path in ["/health/live", "/topics/a/updates?wait=0", "/health/live"] {
        connection.send("GET \(path) HTTP/1.1\r\nHost: localhost\r\n\r\n")
        #expect(try await connection.response().status == 200)
      }
      connection.send(Request().text)
      _ = try await connection.text(containing: #"{"next":"#)
      let id = try await node.publish("a", "through")
      _ = try await connection.text(containing: #""id":"\#(id)""#)
    }
  }

  @Test(arguments: RequestTests.badTopics)
  func aTopicIsCheckedAsOnEveryWayIn(_ topic: String) async throws {
    try await Node.run { node in
      let socket = try await WebSocketClient.open(
        target: "/topics/\(topic)/socket", port: node.port)
      #expect([400, 404].contains(try await socket.status()))
    }
  }
}
