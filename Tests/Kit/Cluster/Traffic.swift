import ServiceSupport
import Testing

/// What became of readers and publishers at all nodes.
struct Traffic: Sendable {
  let ledger: Ledger
  private(set) var followers: [Follower] = []
  private(set) var refusals = 0

  private static let end = "end"

  /// Readers on all transports and publishers, at all nodes, while `disturb` does its worst. Everybody
  /// must have got everything in the end.
  /// - Parameters:
  ///   - readers: of each transport at each node.
  ///   - isReset: whether everybody is told that updates were lost, and not nobody.
  ///   - disturb: if the publishers have no number of updates, they stop when it returns.
  static func run(
    on cluster: Cluster, readers: Int = 1, publishers: Publishers = Publishers(),
    isReset: Bool = false,
    sourceLocation: SourceLocation = #_sourceLocation,
    _ disturb: @escaping @Sendable (Ledger) async throws -> Void = { _ in }
  ) async throws -> Traffic {
    var traffic = Traffic(ledger: Ledger())
    let ledger = traffic.ledger
    let first = try await begin(on: cluster, ledger)
    var followers = TransportKind.allCases.flatMap { transport in
      cluster.members.indices.flatMap { node in
        (0..<readers).map { Follower(transport, at: node, ledger, after: first, number: $0) }
      }
    }
    try await withThrowingTaskGroup(of: Follower?.self) { tasks in
      // All are there before anything happens.
      for index in followers.indices { try await followers[index].arrive(at: cluster) }
      for follower in followers {
        tasks.addTask {
          var follower = follower
          try await follower.follow(cluster, until: end)
          return follower
        }
      }
      tasks.addTask {
        try await publishers.run(on: cluster, ledger)
        try await Publishers.publish(end, on: cluster, ledger)
        return nil
      }
      tasks.addTask {
        defer { publishers.stop() }
        try await disturb(ledger)
        return nil
      }
      for try await case let follower? in tasks { traffic.followers.append(follower) }
    }
    traffic.refusals = publishers.refusals
    traffic.check(isReset: isReset, sourceLocation)
    return traffic
  }

  /// So that the place where all begin is that of an update.
  static func begin(on cluster: Cluster, _ ledger: Ledger) async throws -> String {
    let id = try await cluster.members[0].publish(ledger.topic, "first")
    ledger.opens(with: id, "first")
    return id
  }

  private func check(isReset: Bool, _ sourceLocation: SourceLocation) {
    let exceptions = followers.filter { ($0.reader.resets > 0) != isReset }.map(\.reader.name)
    #expect(exceptions.isEmpty, sourceLocation: sourceLocation)
    // Not in the expectation, which would show all that there is.
    let findings = ledger.findings
    let isFaultless = findings.isEmpty
    let text = String("\(findings.count): \(findings.prefix(5))".prefix(4000))
    #expect(isFaultless, "\(text)", sourceLocation: sourceLocation)
  }

  /// Updates that were received, by all together.
  var deliveries: Int { followers.map(\.reader.ids.count).reduce(0, +) }

  /// Whether no stream ended before everything had come.
  var streamsStayed: Bool {
    followers.filter { TransportKind.streams.contains($0.transport) }.allSatisfy { $0.returns == 0 }
  }
}

extension Traffic: CustomTestStringConvertible {
  /// Who had to come back, and why.
  var testDescription: String {
    let returned = followers.filter { $0.returns > 0 }
    return "\(refusals) refusals; \(returned.map { "\($0.reader.name): \($0.ends)" })"
  }
}
