import ServiceSupport
import Testing

/// A node that leaves, in whatever way, and what becomes of who was there.
extension OnRedis {
  @Suite struct DepartureTests {
    @Test func whoWasAtANodeThatIsKilledGoesOnElsewhere() async throws {
      try await Cluster.run { cluster in
        let traffic = try await Traffic.run(on: cluster) { ledger in
          try await ledger.waitForPublished(100)
          try await cluster.members[0].process.kill()
          try await ledger.waitForPublished(ledger.published.value.count + 100)
        }
        #expect(traffic.followers.allSatisfy { $0.node != 0 })
      }
    }

    @Test func whoIsAtANodeThatIsFrozenWaitsForIt() async throws {
      try await Cluster.run { cluster in
        let traffic = try await Traffic.run(on: cluster) { ledger in
          try await ledger.waitForPublished(100)
          cluster.members[0].process.send(.stop)
          try await ledger.waitForPublished(ledger.published.value.count + 200)
          cluster.members[0].process.send(.goOn)
          try await cluster.members[0].waitUntil(isReady: true)
          try await ledger.waitForPublished(ledger.published.value.count + 50)
        }
        #expect(traffic.streamsStayed)
      }
    }

    @Test func aNodeThatIsToldToEndLeadsItsClientsToTheOthers() async throws {
      try await Cluster.run { cluster in
        let traffic = try await Traffic.run(on: cluster) { ledger in
          try await ledger.waitForPublished(100)
          #expect(try await cluster.members[0].process.terminate() == 0)
          try await ledger.waitForPublished(ledger.published.value.count + 100)
        }
        #expect(traffic.followers.allSatisfy { $0.node != 0 })
        for follower in traffic.followers where follower.returns > 0 {
          let isStream = TransportKind.streams.contains(follower.transport)
          #expect(follower.ends.first == .bye(isStream ? 1012 : nil), "\(follower.transport)")
        }
      }
    }

    /// What they go on with is with Redis alone: no node of the first hour is left.
    @Test func historyOutlivesEveryNode() async throws {
      try await Cluster.run { cluster in
        let ids = try await cluster.publishInTurn(1...9)
        for member in cluster.members { try await member.process.kill() }
        try await Cluster.run(redis: cluster.redis) { next in
          for (number, member) in next.members.enumerated() {
            for transport in TransportKind.allCases {
              let client = try await transport.connect(
                "room", after: ids[number], port: member.port)
              #expect(try await client.nextNews() == .place(ids[number]))
              let rest = try await client.nextUpdates(ids.count - number - 1)
              #expect(rest.map(\.id) == Array(ids[(number + 1)...]))
              client.close()
            }
          }
        }
      }
    }
  }
}

extension Cluster {
  /// - Returns: the ids.
  func publishInTurn(_ numbers: ClosedRange<Int>) async throws -> [String] {
    var ids: [String] = []
    for number in numbers {
      ids.append(try await members[number % members.count].publish("room", "\(number)"))
    }
    return ids
  }
}
