import ServiceSupport
import Testing

/// What happens between nodes and Redis while both are well.
extension OnRedis {
  @Suite struct ConnectionTests {
    @Test func connectionsThatBreakAllTheTimeLoseNothing() async throws {
      try await Cluster.run { cluster in
        let traffic = try await Traffic.run(on: cluster) { ledger in
          for round in 0..<20 {
            try await ledger.waitForPublished(ledger.published.value.count + 15)
            // One after the other, or all at once; with a RST, or in peace.
            let some = round % 4 == 3 ? cluster.members : [cluster.members[round % 3]]
            for member in some {
              try await member.network.cut(round.isMultiple(of: 2) ? .reset : .close)
            }
          }
        }
        #expect(traffic.streamsStayed)
      }
    }

    /// A node has a connection for commands and one for messages, and neither is of use alone.
    @Test func oneOfTheConnectionsOfANodeMayBreak() async throws {
      try await Cluster.run { cluster in
        let traffic = try await Traffic.run(on: cluster) { ledger in
          for type in ["normal", "pubsub", "normal", "pubsub"] {
            try await ledger.waitForPublished(ledger.published.value.count + 50)
            let killed = try await cluster.redis.command("CLIENT", "KILL", "TYPE", type)
            #expect(killed != "0", "\(type)")
            for member in cluster.members { try await member.waitUntil(isReady: true) }
          }
        }
        #expect(traffic.streamsStayed)
      }
    }

    @Test func redisMayForgetItsScripts() async throws {
      try await Cluster.run { cluster in
        let traffic = try await Traffic.run(on: cluster) { ledger in
          for _ in 0..<10 {
            try await ledger.waitForPublished(ledger.published.value.count + 20)
            try await cluster.redis.command("SCRIPT", "FLUSH")
          }
        }
        #expect(traffic.streamsStayed)
        #expect(traffic.refusals == 0)
      }
    }

    @Test func aNodeThatIsFarFromRedisIsLateAndLosesNothing() async throws {
      try await Cluster.run { cluster in
        let traffic = try await Traffic.run(on: cluster) { ledger in
          try await ledger.waitForPublished(50)
          try await cluster.members[1].network.delay(.milliseconds(200))
          try await ledger.waitForPublished(ledger.published.value.count + 150)
          // What was under way is lost, and fetched slowly.
          try await cluster.members[1].network.cut()
          try await ledger.waitForPublished(ledger.published.value.count + 150)
          try await cluster.members[1].network.delay(.zero)
          try await ledger.waitForPublished(ledger.published.value.count + 50)
        }
        #expect(traffic.streamsStayed)
      }
    }

    /// Far more than it reads at once.
    @Test func aNodeThatWasAwayCatchesUp() async throws {
      try await Cluster.run { cluster in
        let away = cluster.members[0]
        var publishers = Publishers(count: 6, updates: 300)
        publishers.nodes = [1, 2]
        let traffic = try await Traffic.run(on: cluster, publishers: publishers) { ledger in
          try await away.network.refuse()
          try await away.network.cut()
          try await ledger.waitForPublished(1800)
          try await away.network.accept()
        }
        #expect(traffic.streamsStayed)
      }
    }

    /// Neither side is told that nothing comes any more: one way, the other way, both.
    @Test(arguments: [TCPProxy.Directions.toServer, .toClient, .both])
    func aNodeNoticesThatItsConnectionIsHalfOpen(_ directions: TCPProxy.Directions) async throws {
      try await Cluster.run { cluster in
        let (near, far) = (cluster.members[0], cluster.members[1])
        let traffic = try await Traffic.run(on: cluster) { ledger in
          try await ledger.waitForPublished(50)
          try await near.network.pause(directions)
          try await near.waitUntil(isReady: false)
          #expect(try await far.status("/health/ready") == 200)
          // The others go on meanwhile.
          try await ledger.waitForPublished(ledger.published.value.count + 50)
          try await near.network.resume(directions)
          try await near.waitUntil(isReady: true)
          try await ledger.waitForPublished(ledger.published.value.count + 50)
        }
        #expect(traffic.streamsStayed)
        #expect(traffic.refusals > 0)
      }
    }
  }
}
