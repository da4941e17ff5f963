import ServiceSupport
import TestSupport
import Testing

extension UnderLoad {
  @Suite struct HoppingTests {
    private static let publishers = 4
    /// They are never far ahead, so that every hop is in mid-stream.
    private static let lead = 40
    /// So that there are 200 hops at least.
    private static let longestStay = 8

    @Test func aClientThatHopsBetweenTransportsMissesNothingAndGetsNothingTwice() async throws {
      try await Node.run(["HISTORY_SIZE": "100000"]) { node in
        let ledger = Ledger()
        let received = Watched(0)
        let load = Load(publishers: Self.publishers, updates: 400) { number in
          let goal = number * Self.publishers - Self.lead
          try await received.take(within: .usualDeadline, else: { "\($0) of \(goal)" }) {
            $0 >= goal ? () : nil
          }
        }
        var reader = Reader("hopper", ledger, at: try await Load.first(on: node, ledger))
        ledger.begins("hopper", at: .after(reader.cursor ?? ""))
        async let publishing: Void = load.run(on: node, ledger)
        var random = SeededGenerator(seed: 6)
        var hops: [TransportKind: Int] = [:]
        while reader.ids.count < load.total {
          let transport = TransportKind.allCases.randomElement(using: &random) ?? .polling
          hops[transport, default: 0] += 1
          let client = try await node.connect(transport, "room", after: reader.cursor)
          let place = try await client.nextNews()
          #expect(place == .place(reader.cursor), "\(transport)")
          let stay = Int.random(in: 1...Self.longestStay, using: &random)
          let goal = min(reader.ids.count + stay, load.total)
          while reader.ids.count < goal {
            reader.take(try await client.nextNews())
            received.update { $0 = reader.ids.count }
          }
          client.close()
        }
        try await publishing
        #expect(hops.values.reduce(0, +) >= 200)
        #expect(hops.count == TransportKind.allCases.count)
        #expect(reader.resets == 0)
        #expect(reader.bye == nil)
        #expect(ledger.findings.isEmpty)
      }
    }
  }
}
