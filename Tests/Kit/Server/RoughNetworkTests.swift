import ServiceSupport
import Testing

/// Clients whose connections break, stall and crawl, all the time, while several publishers publish.
extension UnderLoad {
  @Suite struct RoughNetworkTests {
    private static let transports: [TransportKind] = [.longPolling, .serverSentEvents, .webSocket]

    @Test(arguments: transports)
    func nothingIsLostOrDoubledHoweverOftenConnectionsBreak(
      _ transport: TransportKind
    ) async throws {
      try await Node.run(["HISTORY_SIZE": "10000"]) { node in
        let ledger = Ledger()
        let load = Load()
        let proxy = try await TCPProxy.start(to: node.port)
        let start = try await node.poll("room").next
        let isPublishing = Watched(true)
        try await withThrowingTaskGroup { tasks in
          for client in 0..<6 {
            let reader = Reader("client \(client)", ledger, at: start)
            ledger.begins(reader.name, at: .beginning)
            tasks.addTask { try await Self.read(reader, load.total, transport, proxy) }
          }
          tasks.addTask {
            // As often as there is something to cut, as long as there is something to miss.
            while isPublishing.value {
              try await proxy.cut()
              _ = try await node.publish("pulse", "x")
            }
          }
          tasks.addTask {
            defer { isPublishing.update { $0 = false } }
            try await load.run(on: node, ledger)
          }
          try await tasks.waitForAll()
        }
        try await proxy.close()
        #expect(ledger.findings.isEmpty)
      }
    }

    @Test(arguments: transports)
    func aClientOnASlowLineGetsEverythingInTheEnd(_ transport: TransportKind) async throws {
      try await Node.run(["HISTORY_SIZE": "10000"]) { node in
        let ledger = Ledger()
        let load = Load()
        let proxy = try await TCPProxy.start(to: node.port)
        try await proxy.throttle(bytesPerSecond: 100_000)
        let reader = Reader("slow", ledger, at: try await node.poll("room").next)
        ledger.begins("slow", at: .beginning)
        async let reading: Void = Self.read(reader, load.total, transport, proxy)
        try await load.run(on: node, ledger)
        try await reading
        try await proxy.close()
        #expect(ledger.findings.isEmpty)
      }
    }

    /// Comes back with its cursor until it has everything.
    private static func read(
      _ reader: Reader, _ total: Int, _ transport: TransportKind, _ proxy: TCPProxy
    ) async throws {
      var reader = reader
      while reader.ids.count < total {
        try Task.checkCancellation()
        let client = try? await transport.connect("room", after: reader.cursor, port: proxy.port)
        guard let client else { continue }
        try? await reader.read(client, until: total)
        client.close()
      }
      #expect(reader.resets == 0)
    }
  }
}
