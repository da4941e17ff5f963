import ServiceSupport
import Testing
import WebServer

extension UnderLoad {
  @Suite struct OneOrderTests {
    @Test(arguments: [StreamConnection.Output.descriptor, .channel])
    func clientsOfAllTransportsSeeOneOrder(_ output: StreamConnection.Output) async throws {
      try await Node.run(["HISTORY_SIZE": "10000"], output: output) { node in
        let ledger = Ledger()
        let load = Load()
        let first = try await Load.first(on: node, ledger)
        var clients: [(reader: Reader, client: any TransportClient)] = []
        for transport in TransportKind.allCases {
          for number in 1...3 {
            let client = try await node.connect(transport, "room")
            var reader = Reader("\(transport) \(number)", ledger)
            try await reader.begin(client)
            #expect(reader.cursor == first)
            clients.append((reader, client))
          }
        }
        let orders = try await withThrowingTaskGroup(of: [String]?.self) { tasks in
          for (reader, client) in clients {
            tasks.addTask {
              var reader = reader
              try await reader.read(client, until: load.total)
              #expect(reader.resets == 0)
              return reader.ids
            }
          }
          tasks.addTask {
            try await load.run(on: node, ledger)
            return nil
          }
          return try await tasks.reduce(into: [[String]]()) { orders, order in
            if let order { orders.append(order) }
          }
        }
        let page = try await HTTPRequester.poll(
          "room", after: first, limit: 1000, port: node.port)
        #expect(page.updates.count == load.total)
        #expect(orders.count == clients.count)
        for order in orders {
          // Not compared in the expectation, which would look for the differences.
          let isSame = order == page.updates.map(\.id)
          #expect(isSame)
        }
        #expect(ledger.findings.isEmpty)
        for (_, client) in clients { client.close() }
      }
    }
  }
}
