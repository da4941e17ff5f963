import ServiceSupport
import Testing

extension OnRedis {
  @Suite struct CredentialsTests {
    /// - theirs: what Redis wants at first; nil for none.
    @Test(arguments: [nil, "their-password"])
    func aWrongPasswordIsNamedInTheLogAndNotShown(theirs: String?) async throws {
      let ours = "our-password"
      let redis = try await RedisServer.start()
      if let theirs { try await redis.command("CONFIG", "SET", "requirepass", theirs) }
      try await Cluster.run(nodes: 1, redis: redis, password: ours, awaitsReady: false) { cluster in
        let member = cluster.members[0]
        try await member.process.waitForLine(containing: "REDIS_URL")
        #expect(try await member.status("/health/live") == 200)
        #expect(try await member.status("/health/ready") == 503)
        let answer = try await member.tryToPublish("room", "early")
        #expect(answer.status == 503)
        #expect(answer["Retry-After"] != nil)
        try await redis.command("CONFIG", "SET", "requirepass", ours, password: theirs)
        try await member.waitUntil(isReady: true)
        let id = try await member.publish("room", "late")
        let page = try await HTTPRequester.poll("room", after: "earliest", port: member.port)
        #expect(page.updates == [.init(id: id, data: "late")])
        #expect(member.complaints("REDIS_URL").count == 1)
        #expect(member.complaints(ours).isEmpty)
      }
    }

    @Test func anAddressThatCannotBeUsedStopsTheStartWithOneLine() async throws {
      for url in ["redis://:our-password@", "rediss://127.0.0.1:6379", "127.0.0.1:6379"] {
        let process = try Member.process(["PORT": "0", "REDIS_URL": url])
        #expect(try await process.exitCode() == 78)
        let lines = try await process.allLines().map(\.text)
        #expect(lines.count == 1)
        #expect(lines.allSatisfy { $0.hasPrefix("error: REDIS_URL: ") }, "\(lines)")
        #expect(lines.allSatisfy { !$0.contains("our-password") })
      }
    }
  }
}
