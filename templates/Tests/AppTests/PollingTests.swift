import Testing

@Suite struct PollingTests {
  @Test func aClientThatAsksGetsWhatCameAfterItsPlace() async throws {
    try await Server.run { server in
      let first = try await server.publish("first")
      let id = try #require(first.split(separator: "\"").last { $0.contains("-") })
      try await server.publish("second")
      let text = try await server.answer(
        "GET", "/topics/demo/updates?after=\(id)", until: "]}")
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

  @Test func anUpdateWithoutAPublisherTokenIsRefusedWhereOneIsSet() async throws {
    let token = String(repeating: "k", count: 32)
    try await Server.run(["PUBLISH_TOKEN": token]) { server in
      let refused = try await server.answer(
        "POST", "/topics/demo/updates", body: "no", until: "\r\n\r\n")
      #expect(refused.hasPrefix("HTTP/1.1 401 "))
      let taken = try await server.publish("yes", ["Authorization": "Bearer \(token)"])
      #expect(taken.hasPrefix("HTTP/1.1 201 "))
    }
  }
}
