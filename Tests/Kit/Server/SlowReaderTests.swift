import ServiceSupport
import Testing

extension UnderLoad {
  @Suite struct SlowReaderTests {
    /// A thousand, where the process may have as many connections, each with two ends.
    private static let others = maximumOpenFiles() > 4000 ? 1000 : 200

    @Test func aSlowStreamIsCutOffWithItsCodeWhileManyOthersGetEverything() async throws {
      try await Self.withSlowReader { node in
        let slow = try await EventStreamClient.open(
          "room", port: node.port, after: "earliest", receiveBuffer: 4096, isReading: false)
        return SlowReader(client: slow, goOn: { await slow.continueReading() })
      }
    }

    @Test func aSlowSocketIsCutOffWithItsCodeWhileManyOthersGetEverything() async throws {
      try await Self.withSlowReader { node in
        var behavior = WebSocketClient.Behavior()
        behavior.isReading = false
        behavior.receiveBuffer = 4096
        let slow = try await WebSocketClient.open(
          "room", port: node.port, after: "earliest", behavior: behavior)
        return SlowReader(client: slow, goOn: { await slow.continueReading() })
      }
    }

    private struct SlowReader {
      var client: any TransportClient
      var goOn: @Sendable () async -> Void
    }

    private static func withSlowReader(
      _ connect: (Node) async throws -> SlowReader
    ) async throws {
      try await Node.run(["MAX_QUEUE": "10000"]) { node in
        // More than the kernel takes for one connection, so the slow one never catches up.
        let bulk = String(repeating: "x", count: 60_000)
        for _ in 0..<150 { _ = try await node.publish("room", bulk) }
        let slow = try await connect(node)
        let others = try await Self.connectOthers(node)
        try await node.waitForListeners(others.count + 1)
        #expect(try await node.metric("slow_clients_total") == 0)

        let data = String(repeating: "y", count: 1000)
        var ids: [String] = []
        while try await node.metric("slow_clients_total") == 0, ids.count < 100 {
          ids.append(try await node.publish("room", data))
        }
        // It has five seconds to take its last bytes.
        await slow.goOn()
        var reader = Reader("slow", Ledger())
        while reader.bye == nil { reader.take(try await slow.client.nextNews()) }
        #expect(reader.bye == .some(4008))
        #expect(reader.ids.count < 150 + ids.count)

        for _ in 0..<20 { ids.append(try await node.publish("room", data)) }
        try await Self.expectAll(others, ids)
        #expect(try await node.metric("slow_clients_total") == 1)

        let rest = try await HTTPRequester.poll(
          "room", after: reader.cursor, limit: 1, port: node.port)
        #expect(!rest.reset)
        #expect(reader.resets == 0)
        let again = try await node.connect(.serverSentEvents, "room", after: reader.cursor)
        #expect(try await again.nextNews() == .place(reader.cursor))
        let missed = try await again.nextUpdates(150 + ids.count - reader.ids.count)
        #expect(missed.last?.id == ids.last)
        again.close()
      }
    }

    private static func connectOthers(_ node: Node) async throws -> [any TransportClient] {
      var clients: [any TransportClient] = []
      while clients.count < others {
        clients += try await withThrowingTaskGroup(of: (any TransportClient).self) { tasks in
          for number in 0..<50 {
            tasks.addTask {
              let transport = TransportKind.streams[number % TransportKind.streams.count]
              let client = try await node.connect(transport, "room")
              guard case .place = try await client.nextNews() else {
                throw ServiceFailure("no place")
              }
              return client
            }
          }
          return try await tasks.reduce(into: []) { $0.append($1) }
        }
      }
      return clients
    }

    private static func expectAll(
      _ clients: [any TransportClient], _ ids: [String]
    ) async throws {
      try await withThrowingTaskGroup { tasks in
        for client in clients {
          tasks.addTask {
            let received = try await client.nextUpdates(ids.count)
            #expect(received.map(\.id) == ids)
            client.close()
          }
        }
        try await tasks.waitForAll()
      }
    }
  }
}
