import Foundation
import ServiceSupport
import Testing

/// What comes from outside is checked before anything else looks at it.
@Suite struct RequestTests {
  static let malformed: [(name: String, text: String, status: Int)] = [
    (
      "both lengths",
      "POST /topics/a/updates HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      400
    ),
    (
      "two lengths",
      "POST /topics/a/updates HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
      400
    ),
    ("folded", "GET / HTTP/1.1\r\nHost: localhost\r\nX: a\r\n b\r\n\r\n", 400),
    ("space before colon", "GET / HTTP/1.1\r\nHost : localhost\r\n\r\n", 400),
    ("no colon", "GET / HTTP/1.1\r\nHost: localhost\r\nnonsense\r\n\r\n", 400),
    ("NUL", "GET / HTTP/1.1\r\nHost: localhost\r\nX: a\u{0}b\r\n\r\n", 400),
    ("bare LF", "GET / HTTP/1.1\nHost: localhost\n\n", 400),
    ("version", "GET / HTTP/3.0\r\nHost: localhost\r\n\r\n", 400),
    ("no host", "GET / HTTP/1.1\r\n\r\n", 400),
    ("two hosts", "GET / HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n", 400),
    ("absolute target", "GET http://localhost/ HTTP/1.1\r\nHost: localhost\r\n\r\n", 400),
    (
      "coding",
      "POST /topics/a/updates HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
      501
    ),
    ("foreign host", "GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n", 403),
    (
      "foreign origin",
      "POST /topics/a/updates HTTP/1.1\r\nHost: localhost\r\nOrigin: http://evil.example\r\nContent-Length: 1\r\n\r\nx",
      403
    ),
    (
      "null origin", "GET /topics/a/events HTTP/1.1\r\nHost: localhost\r\nOrigin: null\r\n\r\n", 403
    ),
    ("proxy", "CONNECT localhost:80 HTTP/1.1\r\nHost: localhost\r\n\r\n", 400),
    ("proxy", "CONNECT localhost:80 HTTP/1.1\r\nHost: localhost\r\n\r\n", 400),
    ("no request at all", "\u{16}\u{3}\u{1}\u{2}\u{0}\r\n\r\n", 400),
    (
      "large head",
      "GET / HTTP/1.1\r\nHost: localhost\r\nX: \(String(repeating: "x", count: 20_000))\r\n\r\n",
      400
    ),
    (
      "many fields",
      "GET / HTTP/1.1\r\nHost: localhost\r\n\(String(repeating: "X: x\r\n", count: 200))\r\n", 400
    ),
    (
      "stream with a body",
      "GET /topics/a/events HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n\r\nx", 400
    ),
  ]

  @Test func malformedRequestsAreAnsweredAndTheirConnectionClosed() async throws {
    try await Node.run { node in
      for (name, text, status) in Self.malformed {
        let connection = try await HTTPConnection.open(port: node.port)
        connection.send(text)
        let response = try await connection.response()
        #expect(response.status == status, "\(name)")
        #expect(response["Connection"] == "close", "\(name)")
        connection.endSending()
        _ = try await connection.ending()
      }
      // The server goes on.
      #expect(try await node.publish("a", "x").isEmpty == false)
    }
  }

  /// The decoder would keep whatever comes after it, without a bound.
  @Test func aRequestForAnUpgradeIsAnsweredLikeAnyOtherAndIsTheLast() async throws {
    try await Node.run { node in
      let connection = try await HTTPConnection.open(port: node.port)
      connection.send(
        """
        GET /health/live HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade, HTTP2-Settings\r\n\
        Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n\r\n
        """)
      let response = try await connection.response()
      #expect(response.status == 200)
      connection.send(String(repeating: "x", count: 100_000))
      connection.endSending()
      _ = try await connection.ending()
    }
  }

  static let badTopics = [
    "", ".", "..", "%", "%4", "%zz", "%00", "%0a", "%7f", "%c2%85", "a%2fb", "%ff",
    String(repeating: "a", count: 201),
  ]

  @Test func aTopicIsCheckedAlikeOnEveryWayIn() async throws {
    try await Node.run { node in
      for topic in Self.badTopics {
        for (method, last) in [("POST", "updates"), ("GET", "updates"), ("GET", "events")] {
          let response = try await HTTPRequester.request(
            method, "/topics/\(topic)/\(last)", body: method == "POST" ? [120] : nil,
            port: node.port)
          #expect([400, 404].contains(response.status), "\(method) \(topic) \(last)")
        }
      }
      let longest = String(repeating: "ü", count: 100)
      for topic in [longest, "a b", "a?b&c=d#e", "\"quoted\\\"", "…", "e\u{301}"] {
        let stream = try await node.stream(topic)
        _ = try await stream.next()
        let id = try await node.publish(topic, "x")
        #expect(try await stream.next().id == id)
        #expect(try await node.poll(topic, after: "earliest").updates.map(\.id) == [id])
      }
    }
  }

  static let refusedUpdates:
    [(fields: [(name: String, value: String)], body: [UInt8], status: Int)] = [
      ([("Event-Name", "reset")], [120], 400), ([("Event-Name", "bye")], [120], 400),
      ([("Event-Name", "a b")], [120], 400), ([("Event-Name", "")], [120], 400),
      ([("Event-Name", String(repeating: "a", count: 101))], [120], 400),
      ([("Event-Name", "a"), ("Event-Name", "b")], [120], 400),
      ([("Idempotency-Key", String(repeating: "a", count: 101))], [120], 400),
      ([("Idempotency-Key", "a"), ("Idempotency-Key", "b")], [120], 400),
      ([("Content-Encoding", "gzip")], [120], 415), ([], [0xFF], 415),
      ([], [0xED, 0xA0, 0x80], 415),
      ([], Array(repeating: 120, count: 101), 413),
    ]

  @Test func anUpdateThatCannotBeTakenIsRefusedWithTheReason() async throws {
    try await Node.run(["MAX_BODY": "100"]) { node in
      for (fields, body, status) in Self.refusedUpdates {
        let response = try await HTTPRequester.request(
          "POST", "/topics/a/updates", fields: fields, body: body, port: node.port)
        #expect(response.status == status, "\(fields) \(body.count)")
      }
      let page = try await node.poll("a", after: "earliest")
      #expect(page.updates.isEmpty)
    }
  }

  @Test(arguments: [
    "limit=0", "limit=-1", "limit=x", "after=a&after=b", "limit=99999999999999999999",
  ])
  func aBadQueryIsRefused(_ query: String) async throws {
    try await Node.run { node in
      let response = try await HTTPRequester.request(
        "GET", "/topics/a/updates?\(query)", port: node.port)
      #expect(response.status == 400)
    }
  }

  @Test func publishingTakesATokenWhereOneIsSet() async throws {
    let token = String(repeating: "t", count: 40)
    try await Node.run(["PUBLISH_TOKEN": token]) { node in
      for wrong in [nil, "x", token + "x", String(token.dropLast()), ""] {
        let answer = try await HTTPRequester.publish("a", "x", token: wrong, port: node.port)
        #expect(answer.status == 401)
      }
      #expect(
        try await HTTPRequester.publish("a", "x", token: token, port: node.port).status == 201)
      let inTheURL = try await HTTPRequester.request(
        "POST", "/topics/a/updates?token=\(token)", body: [120], port: node.port)
      #expect(inTheURL.status == 401)
      #expect(inTheURL["WWW-Authenticate"] == "Bearer")
    }
  }

  @Test func noPathLeadsOutOfTheFilesOfThePage() async throws {
    let folder = try TemporaryFolder()
    let files = folder.url.appending(path: "Public")
    try FileManager.default.createDirectory(at: files, withIntermediateDirectories: true)
    try Data("secret".utf8).write(to: folder.url.appending(path: "secret"))
    try Data("page".utf8).write(to: files.appending(path: "index.html"))
    try await Node.run(files: files.path) { node in
      let page = try await HTTPRequester.request("GET", "/", port: node.port)
      #expect(page.text == "page")
      #expect(page["X-Content-Type-Options"] == "nosniff")
      #expect(page["Content-Security-Policy"]?.contains("default-src 'self'") == true)
      for path in [
        "/../secret", "/%2e%2e/secret", "/..%2fsecret", "/.%2e/secret", "/a/../../secret",
        "/%2e%2e%2fsecret", "//secret", "/..\\secret", "/%252e%252e/secret", "/secret%00.html",
      ] {
        let response = try await HTTPRequester.request("GET", path, port: node.port)
        #expect([400, 404].contains(response.status), "\(path)")
        #expect(!response.text.contains("secret"), "\(path)")
      }
    }
  }
}
