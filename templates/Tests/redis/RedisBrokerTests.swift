import Testing

@Suite(.timeLimit(.minutes(1))) struct RedisBrokerTests {
  @Test func whatOneNodeTakesAnotherServes() async throws {
    let redis = try await RedisServer.start()
    defer { redis.stop() }
    let variables = ["REDIS_URL": redis.url]
    try await Server.run(variables) { one in
      try await Server.run(variables) { other in
        let first = try await one.publish("first")
        let id = try #require(first.split(separator: "\"").last { $0.contains("-") })
        try await one.publish("second")
        let text = try await other.answer(
          "GET", "/topics/demo/updates?after=\(id)", until: "\"reset\":false}")
        #expect(text.contains("\"data\":\"second\""))
        #expect(!text.contains("\"data\":\"first\""))
      }
    }
  }
}
