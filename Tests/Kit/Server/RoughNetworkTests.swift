import ServiceSupport
import Synchronization
import Testing

/// Clients whose connections break, stall and crawl, all the time, while several publishers publish.
@Suite struct RoughNetworkTests {
  /// Told by many tasks.
  private final class Ledger: Sendable {
    private let checker = Mutex(DeliveryChecker())
    let isPublishing = Atomic<Bool>(true)

    func tell(_ change: @Sendable (inout DeliveryChecker) -> Void) {
      checker.withLock { change(&$0) }
    }

    var findings: [DeliveryFinding] { checker.withLock { $0.findings() } }
  }

  private static let publishers = 4
  private static let updates = 150
  private static var total: Int { publishers * updates }

  @Test func nothingIsLostOrDoubledHoweverOftenConnectionsBreak() async throws {
    try await Node.run(["HISTORY_SIZE": "10000"]) { node in
      let ledger = Ledger()
      let proxy = try await TCPProxy.start(to: node.port)
      let start = try await node.poll("room").next
      try await withThrowingTaskGroup { tasks in
        for client in 0..<6 {
          ledger.tell { $0.begins("client \(client)", topic: "room", at: .beginning) }
          tasks.addTask { try await Self.read("client \(client)", from: start, proxy, ledger) }
        }
        tasks.addTask {
          // As often as there is something to cut, as long as there is something to miss.
          while ledger.isPublishing.load(ordering: .relaxed) {
            try await proxy.cut()
            _ = try await node.publish("pulse", "x")
          }
        }
        tasks.addTask {
          try await Self.publish(node, ledger)
          ledger.isPublishing.store(false, ordering: .relaxed)
        }
        try await tasks.waitForAll()
      }
      try await proxy.close()
      #expect(ledger.findings.isEmpty)
    }
  }

  @Test func aClientOnASlowLineGetsEverythingInTheEnd() async throws {
    try await Node.run(["HISTORY_SIZE": "10000"]) { node in
      let ledger = Ledger()
      let proxy = try await TCPProxy.start(to: node.port)
      try await proxy.throttle(bytesPerSecond: 100_000)
      let start = try await node.poll("room").next
      ledger.tell { $0.begins("slow", topic: "room", at: .beginning) }
      async let reading: Void = Self.read("slow", from: start, proxy, ledger)
      try await Self.publish(node, ledger)
      try await reading
      try await proxy.close()
      #expect(ledger.findings.isEmpty)
    }
  }

  private static func publish(_ node: Node, _ ledger: Ledger) async throws {
    try await withThrowingTaskGroup { tasks in
      for publisher in 0..<publishers {
        tasks.addTask {
          for number in 0..<updates {
            let data = "\(publisher) \(number)"
            let id = try await node.publish("room", data)
            ledger.tell {
              $0.published(
                id, topic: "room", data: data, by: "publisher \(publisher)", number: number)
            }
          }
        }
      }
      try await tasks.waitForAll()
    }
  }

  /// Comes back with its last id until it has everything.
  private static func read(
    _ client: String, from start: String, _ proxy: TCPProxy, _ ledger: Ledger
  ) async throws {
    var place = start
    var count = 0
    while count < total {
      let stream: EventStreamClient
      do {
        stream = try await EventStreamClient.open("room", port: proxy.port, lastEventID: place)
      } catch {
        continue
      }
      for await event in stream.events {
        guard let id = event.id else { continue }
        place = id
        if event.event == "reset" {
          ledger.tell { $0.reset(topic: "room", of: client) }
        } else if let data = event.data {
          ledger.tell { $0.received(id, topic: "room", data: data, by: client) }
          count += 1
        }
        if count == total { break }
      }
      stream.close()
    }
  }
}
