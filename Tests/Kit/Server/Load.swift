import ServiceSupport

/// Several publishers at once, on the topic of a ledger, which they tell of all that was taken.
struct Load: Sendable {
  var publishers = 4
  /// Of each publisher.
  var updates = 150
  /// Waits before a publisher's update with this number.
  var pace: @Sendable (Int) async throws -> Void = { _ in }

  var total: Int { publishers * updates }

  /// So that a place is that of an update.
  static func first(on node: Node, _ ledger: Ledger) async throws -> String {
    let id = try await node.publish(ledger.topic, "first")
    ledger.opens(with: id, "first")
    return id
  }

  static func last(_ data: String, on node: Node, _ ledger: Ledger) async throws {
    let id = try await node.publish(ledger.topic, data)
    ledger.published(id, data, by: "last", number: 0)
  }

  /// Every second publisher uses a socket.
  func run(on node: Node, _ ledger: Ledger) async throws {
    try await withThrowingTaskGroup { tasks in
      for publisher in 0..<publishers {
        tasks.addTask {
          try await publisher.isMultiple(of: 2)
            ? post(publisher, on: node, ledger) : send(publisher, on: node, ledger)
        }
      }
      try await tasks.waitForAll()
    }
  }

  private func post(_ publisher: Int, on node: Node, _ ledger: Ledger) async throws {
    for number in 0..<updates {
      try await pace(number)
      let data = "\(publisher) \(number)"
      let id = try await node.publish(ledger.topic, data)
      ledger.published(id, data, by: "publisher \(publisher)", number: number)
    }
  }

  private func send(_ publisher: Int, on node: Node, _ ledger: Ledger) async throws {
    let socket = try await node.socket()
    for number in 0..<updates {
      try await pace(number)
      let data = "\(publisher) \(number)"
      let answer = try await socket.publish(data, to: ledger.topic)
      guard let id = answer.id else { throw ServiceFailure("publishing answers \(answer)") }
      ledger.published(id, data, by: "publisher \(publisher)", number: number)
    }
    socket.close()
  }
}
