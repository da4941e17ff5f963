import ServiceSupport
import Testing

@Suite(.needs(.redis)) struct RedisServerTests {
  @Test func itIsThereAndDoesWhatItIsTold() async throws {
    let redis = try await RedisServer.start()
    #expect(redis.url == "redis://127.0.0.1:\(redis.port)/0")
    #expect(try await redis.command("PING") == "PONG")
    let text = "ü\r\n$3"
    #expect(try await redis.command("SET", "key", text) == "OK")
    #expect(try await redis.command("GET", "key") == text)
    #expect(try await redis.command("STRLEN", "key") == "6")
    #expect(try await redis.command("GET", "absent").isEmpty)
    try await redis.command("RPUSH", "list", "a", "b")
    #expect(try await redis.command("LRANGE", "list", "0", "-1") == "a\nb")
    let failure = await #expect(throws: ServiceFailure.self) {
      try await redis.command("LPOP", "key")
    }
    #expect(failure?.description.contains("WRONGTYPE") == true)
    try await redis.stop()
  }

  @Test func itAsksForAPasswordIfItHasOne() async throws {
    let redis = try await RedisServer.start(extra: ["--requirepass", "secret"])
    let failure = await #expect(throws: ServiceFailure.self) { try await redis.command("PING") }
    #expect(failure?.description.contains("NOAUTH") == true)
    #expect(try await redis.command("PING", password: "secret") == "PONG")
    try await redis.kill()
  }

  @Test func whatItWasToldOutlivesItsProcess() async throws {
    let first = try await RedisServer.start()
    try await first.command("SET", "key", "1")
    try await first.kill()
    let second = try await first.startAgain()
    #expect(second.port == first.port)
    #expect(try await second.command("INCR", "key") == "2")
    try await second.stop()
    let third = try await second.startAgain()
    #expect(try await third.command("GET", "key") == "2")
    try await third.kill()
    let empty = try await third.startAgain(isEmpty: true)
    #expect(try await empty.command("DBSIZE") == "0")
    try await empty.kill()
  }

  /// The settings are those of projects.
  @Test func itKeepsWhatItHas() async throws {
    let redis = try await RedisServer.start()
    let settings = ["appendonly", "appendfsync", "maxmemory-policy"]
    for (name, value) in zip(settings, ["yes", "everysec", "noeviction"]) {
      #expect(try await redis.command("CONFIG", "GET", name) == "\(name)\n\(value)")
    }
    try await redis.kill()
  }
}
