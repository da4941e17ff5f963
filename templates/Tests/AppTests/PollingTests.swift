import Testing

@Suite struct PollingTests {
  @Test func aClientThatAsksGetsWhatCameAfterItsPlace() async throws {
    try await Server.run { server in
      let first = try await server.publish("first")
      let id = try #require(first.split(separator: "\"").last { $0.contains("-") })
      try await server.publish("second")
      let text = try await server.answer(
        "GET", "/topics/demo/updates?after=\(id)", until: "\"reset\":false}")
      #expect(text.contains("\"data\":\"second\""))
      #expect(!text.contains("\"data\":\"first\""))
    }
  }

  @Test func nothingNewIsAnsweredInAFewBytes() async throws {
    try await Server.run { server in
      try await server.publish("only")
      let page = try await server.answer("GET", "/topics/demo/updates", until: "}")
      let tag = try #require(page.split(separator: "\r\n").first { $0.hasPrefix("ETag: ") })
      let condition = ["If-None-Match": String(tag.dropFirst(6))]
      let text = try await server.answer(
        "GET", "/topics/demo/updates", condition, until: "\r\n\r\n")
      #expect(text.hasPrefix("HTTP/1.1 304 "))
    }
  }
}
