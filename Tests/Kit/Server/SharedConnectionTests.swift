import ServiceSupport
import Testing

/// What else comes on a connection beside the request that is being served.
@Suite(.timeLimit(.minutes(10))) struct SharedConnectionTests {
  private static let host = "Host: localhost\r\n"
  private static let live = "GET /health/live HTTP/1.1\r\n\(host)\r\n"
  private static let events = "GET /topics/room/events HTTP/1.1\r\n\(host)\r\n"

  @Test(arguments: [live, events, "x", String(repeating: live, count: 3000)])
  func whatComesBehindAStreamEndsItAndNothingElse(behind: String) async throws {
    try await Node.run { node in
      let client = try await node.askForPages()
      client.http.send(Self.events + behind)
      // With a RST, where the node had not read all of it.
      _ = try await client.http.ending()
      // The node lives, and counts nobody.
      try await node.waitUntil("streams", is: 0)
    }
  }

  @Test func aStreamMayComeBehindAHeldRequest() async throws {
    try await Node.run { node in
      let place = try await node.publish("room", "before")
      let client = try await node.askForPages()
      client.http.send(
        "GET /topics/room/updates?after=\(place)&wait=50 HTTP/1.1\r\n\(Self.host)\r\n"
          + Self.events)
      try await node.waitForListeners(1)
      _ = try await node.publish("room", "news")
      _ = try await client.http.text(containing: "retry: ")
    }
  }

  /// The decoder reads nothing behind a request for an upgrade, so it must not be given more.
  @Test(arguments: ["GET /topics/room/updates?wait=1", "GET /topics/room/updates"])
  func anUpgradeThatIsNotKnownIsTheLastRequestOfItsConnection(line: String) async throws {
    try await Node.run { node in
      let client = try await node.askForPages()
      client.http.send(
        "\(line) HTTP/1.1\r\n\(Self.host)Upgrade: h2c\r\nConnection: Upgrade\r\n\r\n")
      client.http.send([UInt8](repeating: 120, count: 100_000))
      let response = try await client.response()
      #expect(response.status == 200)
      #expect(response["Connection"] == "close")
      client.close()
      try await node.waitUntil("connections", is: 1)
    }
  }

  @Test func aPollFromTheBeginningMayBeRepeated() async throws {
    try await Node.run { node in
      let id = try await node.publish("room", "x")
      let client = try await node.askForPages()
      for _ in 0..<5 {
        client.ask("room", after: "earliest", wait: "50")
        let page = try await client.page()
        #expect(page == .init(updates: [.init(id: id, data: "x")], next: id, reset: false))
      }
    }
  }

  /// A held request is not taken for one that stands within another.
  @Test func aRequestInPiecesBehindAHeldOneIsReadAsOne() async throws {
    try await Node.run { node in
      var place = try await node.publish("room", "x")
      let client = try await node.askForPages()
      for number in 0..<3 {
        client.ask("room", after: place, wait: "50")
        try await node.waitForListeners(1)
        if number == 2 { client.http.send("GET /nothing HTTP/1.1\r\nX: ") }
        place = try await node.publish("room", "\(number)")
        #expect(try await client.page().next == place)
      }
      client.ask("room", after: place, wait: "50")
      #expect(try await client.response().status == 404)
    }
  }

  @Test func whoAsksWhetherToGoOnIsTold() async throws {
    try await Node.run { node in
      let client = try await node.askForPages()
      client.http.send(
        "POST /topics/room/updates HTTP/1.1\r\n\(Self.host)Content-Length: 1\r\nExpect: 100-continue\r\n\r\n"
      )
      _ = try await client.http.text(containing: "100 Continue\r\n\r\n")
      client.http.send("x")
      _ = try await client.http.text(containing: "201 Created")
    }
  }

  @Test func aBodyThatDoesNotComeDoesNotKeepANodeThatLeaves() async throws {
    try await Node.run { node in
      let client = try await node.askForPages()
      client.http.send(
        "POST /topics/room/updates HTTP/1.1\r\n\(Self.host)Content-Length: 9\r\n\r\nx")
      try await node.waitUntil("connections", is: 2)
      await node.leave()
      #expect(try await client.response().status == 503)
      #expect(try await client.http.ending() == .closed)
    }
  }

  @Test func whoSubscribesAgainAndAgainWithoutReadingIsCutOff() async throws {
    try await Node.run(["MAX_QUEUE": "10000"]) { node in
      let socket = try await node.socket()
      await socket.stopReading()
      for _ in 0..<100_000 {
        try socket.send(["subscribe": "room"])
        try socket.send(["unsubscribe": "room"])
      }
      try await node.waitUntil("streams", is: 0)
      socket.close()
    }
  }
}
