import ServiceSupport
import Testing

extension UnderLoad {
  /// Between what a client reads first and what it is sent as it comes there is no gap.
  @Suite struct JoiningTests {
    private enum Beginning: CaseIterable {
      case now
      case earliest
      case cursor
    }

    private struct Joiner: Sendable {
      var transport: TransportKind
      var beginning: Beginning
      var number: Int
    }

    /// Each way to join, at several moments.
    private static let joiners = (0..<8).flatMap { round in
      TransportKind.allCases.flatMap { transport in
        Beginning.allCases.map { (round, transport, $0) }
      }
    }.enumerated().map { Joiner(transport: $1.1, beginning: $1.2, number: $0) }

    @Test func whoJoinsWhileUpdatesComeMissesNoneAndGetsNoneTwice() async throws {
      try await Node.run(["HISTORY_SIZE": "10000"]) { node in
        let ledger = Ledger()
        let load = Load(publishers: 4, updates: 200)
        _ = try await Load.first(on: node, ledger)
        try await withThrowingTaskGroup { tasks in
          for joiner in Self.joiners {
            tasks.addTask {
              // Spread over the time of the publishing.
              let moment = load.total * joiner.number / Self.joiners.count
              try await ledger.waitForPublished(moment + 1)
              try await Self.join(joiner, node, ledger)
            }
          }
          tasks.addTask {
            try await load.run(on: node, ledger)
            try await Load.last("end", on: node, ledger)
          }
          try await tasks.waitForAll()
        }
        #expect(ledger.published.value.count == load.total + 2)
        #expect(ledger.findings.isEmpty)
      }
    }

    private static func join(_ joiner: Joiner, _ node: Node, _ ledger: Ledger) async throws {
      var reader = Reader("\(joiner)", ledger)
      let client: any TransportClient
      switch joiner.beginning {
      case .now:
        client = try await node.connect(joiner.transport, "room")
        try await reader.begin(client)
      case .earliest:
        ledger.begins(reader.name, at: .beginning)
        client = try await node.connect(joiner.transport, "room", after: "earliest")
      case .cursor:
        let known = ledger.published.value
        let cursor = known[joiner.number * 7 % known.count]
        ledger.begins(reader.name, at: .after(cursor))
        client = try await node.connect(joiner.transport, "room", after: cursor)
      }
      try await reader.read(client, until: "end")
      #expect(reader.resets == 0)
      #expect(reader.bye == nil)
      client.close()
    }
  }
}
