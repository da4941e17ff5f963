import ServiceSupport
import Testing

extension OnRedis {
  @Suite struct OutageTests {
    enum Outage: CaseIterable {
      /// It comes back with what its log holds.
      case killed
      case frozen
      case unreachable

      func begin(_ cluster: Cluster) async throws {
        switch self {
        case .killed: try await cluster.redis.kill()
        case .frozen: cluster.redis.process.send(.stop)
        case .unreachable:
          for member in cluster.members {
            try await member.network.refuse()
            try await member.network.cut()
          }
        }
      }

      func end(_ cluster: Cluster) async throws {
        switch self {
        case .killed: try await cluster.startRedisAgain()
        case .frozen: cluster.redis.process.send(.goOn)
        case .unreachable: for member in cluster.members { try await member.network.accept() }
        }
      }
    }

    @Test(arguments: Outage.allCases)
    func readersStayPublishersAreToldAndNothingIsLost(_ outage: Outage) async throws {
      // What it has answered is in its file, even while the disk is busy.
      let redis = try await RedisServer.start(extra: ["--appendfsync", "always"])
      try await Cluster.run(redis: redis) { cluster in
        let traffic = try await Traffic.run(on: cluster) { ledger in
          try await ledger.waitForPublished(100)
          try await outage.begin(cluster)
          try await withThrowingTaskGroup { tasks in
            for member in cluster.members {
              tasks.addTask {
                try await member.publishUntilRefused("room", by: "\(member.port)", ledger)
              }
            }
            try await tasks.waitForAll()
          }
          for member in cluster.members {
            try await member.waitUntil(isReady: false)
            #expect(try await member.status("/health/live") == 200)
          }
          let published = ledger.published.value.count
          try await outage.end(cluster)
          for member in cluster.members { try await member.waitUntil(isReady: true) }
          try await ledger.waitForPublished(published + 60)
        }
        #expect(traffic.streamsStayed)
        #expect(traffic.refusals > 0)
      }
    }

    @Test func aNodeThatStartsWithoutRedisWaitsForIt() async throws {
      let redis = try await RedisServer.start()
      try await redis.stop()
      try await Cluster.run(nodes: 1, redis: redis, awaitsReady: false) { cluster in
        let member = cluster.members[0]
        #expect(try await member.status("/health/live") == 200)
        #expect(try await member.status("/health/ready") == 503)
        let answer = try await member.tryToPublish("room", "early")
        #expect(answer.status == 503)
        #expect(answer["Retry-After"] != nil)
        try await cluster.startRedisAgain()
        try await member.waitUntil(isReady: true)
        let id = try await member.publish("room", "late")
        let page = try await HTTPRequester.poll("room", after: "earliest", port: member.port)
        #expect(page.updates == [.init(id: id, data: "late")])
      }
    }
  }
}
