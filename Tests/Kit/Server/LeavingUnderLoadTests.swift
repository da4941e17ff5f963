import ServiceSupport
import Testing

extension UnderLoad {
  @Suite struct LeavingUnderLoadTests {
    /// What was answered 201 reaches every stream before its end, and everybody is told of the end.
    @Test func aNodeThatLeavesLosesNothingThatItTook() async throws {
      try await Node.run(["HISTORY_SIZE": "100000"]) { node in
        let ledger = Ledger()
        _ = try await Load.first(on: node, ledger)
        var clients: [(reader: Reader, transport: TransportKind, client: any TransportClient)] = []
        for transport in TransportKind.allCases {
          for number in 1...5 {
            let client = try await node.connect(transport, "room")
            var reader = Reader("\(transport) \(number)", ledger)
            try await reader.begin(client)
            clients.append((reader, transport, client))
          }
        }
        try await withThrowingTaskGroup { tasks in
          for (reader, transport, client) in clients {
            tasks.addTask { try await Self.read(reader, transport, client, ledger) }
          }
          for publisher in 0..<4 {
            tasks.addTask { await Self.post(publisher, on: node, ledger) }
          }
          tasks.addTask { try await Self.send(on: node, ledger) }
          tasks.addTask {
            try await ledger.waitForPublished(500)
            await node.leave()
          }
          try await tasks.waitForAll()
        }
        #expect(ledger.findings.isEmpty)
        #expect(ledger.published.value.count >= 500)
      }
    }

    private static func read(
      _ reader: Reader, _ transport: TransportKind, _ client: any TransportClient,
      _ ledger: Ledger
    ) async throws {
      var reader = reader
      try await reader.read(client, until: .max)
      #expect(reader.resets == 0)
      if TransportKind.streams.contains(transport) {
        #expect(reader.bye == .some(1012))
      } else {
        // What came after its last request it would ask for at another node.
        ledger.leaves(reader.name)
      }
    }

    /// Until it is refused, or nobody listens any more.
    private static func post(_ publisher: Int, on node: Node, _ ledger: Ledger) async {
      let name = "publisher \(publisher)"
      for number in 0... {
        let data = "\(publisher) \(number)"
        let answer = try? await HTTPRequester.publish(ledger.topic, data, port: node.port)
        guard let id = answer?.id else {
          #expect(answer == nil || answer?.status == 503)
          return ledger.unanswered(data, by: name, number: number)
        }
        ledger.published(id, data, by: name, number: number)
      }
    }

    /// The same on a socket, without waiting for answers.
    private static func send(on node: Node, _ ledger: Ledger) async throws {
      let socket = try await node.socket()
      for number in 0... {
        let data = "socket \(number)"
        try socket.sendUpdate(data, to: ledger.topic, ref: .number(Double(number)))
        // A few are always on their way.
        guard number >= 8 else { continue }
        guard try await Self.takeAnswer(number - 8, of: socket, ledger) else {
          for left in (number - 7)...number {
            _ = try await Self.takeAnswer(left, of: socket, ledger)
          }
          return #expect(try await socket.closeCode() == 1012)
        }
      }
    }

    /// - Returns: whether it was taken.
    private static func takeAnswer(
      _ number: Int, of socket: WebSocketClient, _ ledger: Ledger
    ) async throws -> Bool {
      let data = "socket \(number)"
      let answer = try? await socket.answer(to: .number(Double(number)))
      guard let id = answer?.id else {
        #expect(answer == nil || answer?.status == 503)
        ledger.unanswered(data, by: "socket", number: number)
        return false
      }
      ledger.published(id, data, by: "socket", number: number)
      return true
    }
  }
}
