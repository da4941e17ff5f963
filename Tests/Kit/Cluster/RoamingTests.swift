import ServiceSupport
import TestSupport
import Testing

extension OnRedis {
  @Suite struct RoamingTests {
    private static let publishers = Publishers(count: 6, updates: 100)
    private static let total = 600
    private static let roamers = 2
    /// Publishers are never far ahead, so that every hop is in mid-stream.
    private static let lead = 40
    /// So that each hops a hundred times at least.
    private static let longestStay = 6

    @Test func aClientThatHopsBetweenNodesAndTransportsMissesNothingAndGetsNothingTwice()
      async throws
    {
      try await Cluster.run { cluster in
        let ledger = Ledger()
        let first = try await Traffic.begin(on: cluster, ledger)
        let received = Watched([Int](repeating: 0, count: Self.roamers))
        var publishers = Self.publishers
        publishers.pace = { [publishers] number in
          let goal = number * publishers.count - Self.lead
          try await received.take(within: .usualDeadline, else: { "\($0) of \(goal)" }) {
            $0.allSatisfy { $0 >= goal } ? () : nil
          }
        }
        let hops = try await withThrowingTaskGroup(of: Int.self) { tasks in
          for number in 0..<Self.roamers {
            let reader = Reader("roamer \(number)", ledger, at: first)
            ledger.begins(reader.name, at: .after(first))
            tasks.addTask {
              try await Self.roam(reader, number, cluster) { count in
                received.update { $0[number] = count }
              }
            }
          }
          tasks.addTask { [publishers] in
            try await publishers.run(on: cluster, ledger)
            return 0
          }
          return try await tasks.reduce(0, +)
        }
        #expect(hops >= 200)
        #expect(ledger.published.value.count == Self.total + 1)
        #expect(ledger.findings.isEmpty)
      }
    }

    /// - Returns: how often it hopped.
    private static func roam(
      _ reader: Reader, _ number: Int, _ cluster: Cluster, _ tell: @Sendable (Int) -> Void
    ) async throws -> Int {
      var reader = reader
      var random = SeededGenerator(seed: UInt64(number))
      var visited: Set<String> = []
      var hops = 0
      while reader.ids.count < total {
        let transport = TransportKind.allCases.randomElement(using: &random) ?? .polling
        let node = Int.random(in: cluster.members.indices, using: &random)
        visited.insert("\(transport) \(node)")
        hops += 1
        let client = try await transport.connect(
          "room", after: reader.cursor, port: cluster.members[node].port)
        let place = try await client.nextNews()
        #expect(place == .place(reader.cursor), "\(transport) at \(node)")
        let stay = Int.random(in: 1...longestStay, using: &random)
        let goal = min(reader.ids.count + stay, total)
        while reader.ids.count < goal {
          reader.take(try await client.nextNews())
          tell(reader.ids.count)
        }
        client.close()
      }
      #expect(visited.count == TransportKind.allCases.count * cluster.members.count)
      #expect(reader.resets == 0)
      #expect(reader.bye == nil)
      return hops
    }
  }
}
