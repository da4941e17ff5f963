import Testing

@Suite struct ServerSentEventsTests {
  @Test func anUpdateReachesAStream() async throws {
    try await Server.run { server in
      async let stream = server.answer(
        "GET", "/topics/demo/events?after=earliest", until: "data: two\n\n")
      try await server.publish("one\ntwo", ["Event-Name": "greeting"])
      let text = try await stream
      #expect(text.contains("Content-Type: text/event-stream"))
      #expect(text.contains("event: greeting\ndata: one\ndata: two\n\n"))
    }
  }

  @Test func aStreamGoesOnAfterTheLastIdOfItsClient() async throws {
    try await Server.run { server in
      let first = try await server.publish("first")
      let id = try #require(first.split(separator: "\"").last { $0.contains("-") })
      try await server.publish("second")
      let text = try await server.answer(
        "GET", "/topics/demo/events", ["Last-Event-ID": String(id)], until: "data: second\n\n")
      #expect(!text.contains("data: first"))
      #expect(!text.contains("event: reset"))
    }
  }

  @Test func aPlaceThatIsNotKeptIsAnsweredWithAReset() async throws {
    try await Server.run { server in
      try await server.publish("kept")
      let text = try await server.answer(
        "GET", "/topics/demo/events?after=long-ago", until: "data: kept\n\n")
      #expect(text.contains("event: reset\n"))
    }
  }
}
