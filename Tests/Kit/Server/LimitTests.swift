import ServiceSupport
import Testing

/// Bounds and deadlines, on real connections.
@Suite struct LimitTests {
  @Test func aFullNodeSaysSo() async throws {
    try await Node.run(["MAX_CONNECTIONS": "2"]) { node in
      let first = try await node.stream("a")
      _ = try await first.next()
      let second = try await node.stream("a")
      _ = try await second.next()
      let response = try await HTTPRequester.request("GET", "/health/live", port: node.port)
      #expect(response.status == 503)
      #expect(response["Retry-After"] != nil)
      first.close()
      _ = try await first.ending()
      // The server learns of the end a moment after us.
      while try await HTTPRequester.request("GET", "/health/live", port: node.port).status != 200 {}
    }
  }

  @Test func oneAddressHasNoMoreThanItsShare() async throws {
    try await Node.run(["MAX_CONNECTIONS_PER_ADDRESS": "1"]) { node in
      let stream = try await node.stream("a")
      _ = try await stream.next()
      let response = try await HTTPRequester.request("GET", "/health/live", port: node.port)
      #expect(response.status == 429)
    }
  }

  @Test func behindATrustedProxyItIsTheClientWhoIsCounted() async throws {
    let variables = ["MAX_CONNECTIONS_PER_ADDRESS": "1", "TRUSTED_PROXIES": "127.0.0.1"]
    try await Node.run(variables) { node in
      func status(_ client: String) async throws -> (Int, EventStreamClient) {
        let stream = try await EventStreamClient.open(
          "a", port: node.port, fields: [(name: "X-Forwarded-For", value: client)])
        return (try await stream.status(), stream)
      }
      let first = try await status("192.0.2.1")
      let second = try await status("192.0.2.2")
      let third = try await status("192.0.2.1")
      let forged = try await status("192.0.2.9, 192.0.2.1")
      #expect([first.0, second.0, third.0, forged.0] == [200, 200, 429, 429])
    }
  }

  @Test func oneClientPublishesNoFasterThanItMay() async throws {
    try await Node.run(["PUBLISH_RATE": "2"]) { node in
      var statuses: [Int] = []
      for _ in 0..<20 {
        statuses.append(try await HTTPRequester.publish("a", "x", port: node.port).status)
      }
      #expect(statuses.prefix(2) == [201, 201])
      #expect(statuses.contains(429))
    }
  }

  @Test func aStreamTakesNothingMoreFromItsClient() async throws {
    try await Node.run { node in
      let connection = try await HTTPConnection.open(port: node.port)
      connection.send("GET /topics/a/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
      _ = try await connection.text(containing: "retry: ")
      connection.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
      _ = try await connection.ending()
    }
  }

  /// Browsers use one connection for the page and then for its stream.
  @Test func aConnectionThatServedRequestsBecomesAStream() async throws {
    try await Node.run { node in
      let connection = try await HTTPConnection.open(port: node.port)
      for _ in 0..<3 {
        connection.send("GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n")
        #expect(try await connection.response().status == 200)
      }
      connection.send("GET /topics/a/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
      _ = try await connection.text(containing: "retry: ")
      _ = try await node.publish("a", "through")
      _ = try await connection.text(containing: "data: through\n\n")
    }
  }

  @Test func anOldClientGetsAStreamWithoutChunks() async throws {
    try await Node.run { node in
      let connection = try await HTTPConnection.open(port: node.port)
      connection.send("GET /topics/a/events HTTP/1.0\r\nHost: localhost\r\n\r\n")
      let text = try await connection.text(containing: "retry: ")
      #expect(!text.contains("chunked"))
      #expect(text.contains("\r\n\r\nid: "))
    }
  }

  /// Each takes as long as its deadline: 10 s for a head, 30 s for a body.
  @Test(arguments: [
    "GET / HTT", "GET / HTTP/1.1\r\nHost: localhost\r\nX: ",
    "POST /topics/a/updates HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nabc",
  ])
  func aRequestThatIsNotFinishedInTimeIsEnded(_ text: String) async throws {
    try await Node.run { node in
      let connection = try await HTTPConnection.open(port: node.port)
      connection.send(text)
      _ = try await connection.ending(within: .seconds(50))
    }
  }

  @Test func metricsAreForThisMachineAndNameNoTopic() async throws {
    try await Node.run { node in
      _ = try await node.publish("secret-room", "x")
      let metrics = try await HTTPRequester.request("GET", "/metrics", port: node.port)
      #expect(metrics.text.contains("\nupdates_published_total 1\n"))
      #expect(!metrics.text.contains("secret-room"))
      let forwarded = try await HTTPRequester.request(
        "GET", "/metrics", fields: [(name: "X-Forwarded-For", value: "192.0.2.1")], port: node.port)
      #expect(forwarded.status == 403)
      #expect(
        try await HTTPRequester.request("GET", "/health/ready", port: node.port).status == 200)
    }
  }
}
