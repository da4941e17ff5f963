import Testing

@Suite struct LongPollingTests {
  @Test func aRequestIsHeldUntilThereIsNews() async throws {
    try await Server.run { server in
      let first = try await server.publish("first")
      let id = try #require(first.split(separator: "\"").last { $0.contains("-") })
      async let page = server.answer(
        "GET", "/topics/demo/updates?after=\(id)&wait=50", until: "\"data\":\"second\"")
      try await server.publish("second")
      let text = try await page
      #expect(text.hasPrefix("HTTP/1.1 200 "))
      #expect(!text.contains("\"data\":\"first\""))
    }
  }

  @Test func aWaitWithoutNewsEndsWithAnEmptyPage() async throws {
    try await Server.run { server in
      let text = try await server.answer(
        "GET", "/topics/demo/updates?wait=1", until: "\"updates\":[]")
      #expect(text.hasPrefix("HTTP/1.1 200 "))
    }
  }
}
