import ServiceSupport
import Testing

/// Redis loses behind our back what it had, while nobody publishes.
extension OnRedis {
  @Suite struct LossTests {
    enum Loss: CaseIterable {
      case flushed
      case startedEmpty
      /// As after a failover to a replica that was a little behind.
      case newestGone
      case topicsGone

      func happen(to cluster: Cluster) async throws {
        let redis = cluster.redis
        switch self {
        case .flushed: try await redis.command("FLUSHALL")
        case .startedEmpty:
          try await redis.kill()
          try await cluster.startRedisAgain(isEmpty: true)
        case .newestGone:
          let stream = "updates:stream:room"
          let entry = try await redis.command("XREVRANGE", stream, "+", "-", "COUNT", "1")
          let id = entry.split(separator: "\n").first.map(String.init) ?? ""
          #expect(try await redis.command("XDEL", stream, id) == "1")
          try await cluster.cutConnectionsToRedis()
        case .topicsGone: #expect(try await redis.command("DEL", "updates:topics") == "1")
        }
      }
    }

    private struct Client {
      var name: String
      var client: any TransportClient
    }

    @Test(arguments: Loss.allCases)
    func everybodyIsToldWithoutAnybodyPublishing(_ loss: Loss) async throws {
      try await Cluster.run { cluster in
        let clients = try await Self.connect("room", TransportKind.allCases, cluster)
        let others = try await Self.connect("other", TransportKind.streams, cluster)
        _ = try await cluster.publishInTurn(1...3)
        _ = try await cluster.members[0].publish("other", "4")
        for client in clients {
          #expect(try await client.client.nextUpdates(3).map(\.data) == ["1", "2", "3"])
        }
        for other in others {
          #expect(try await other.client.nextUpdates(1).map(\.data) == ["4"])
        }
        try await loss.happen(to: cluster)
        for client in clients + others { try await Self.awaitReset(client) }
        for member in cluster.members { try await member.waitUntil(isReady: true) }
        try await Self.goOn(clients, cluster)
        try await Self.goOn(others, cluster, topic: "other")
      }
    }

    /// What was answered 201 before is gone, and everybody knows. What is answered after it is not.
    @Test(arguments: [Loss.flushed, .startedEmpty])
    func everybodyIsToldInMidStream(_ loss: Loss) async throws {
      try await Cluster.run { cluster in
        let traffic = try await Traffic.run(on: cluster, isReset: true) { ledger in
          try await ledger.waitForPublished(100)
          try await loss.happen(to: cluster)
          try await ledger.waitForPublished(ledger.published.value.count + 100)
        }
        #expect(traffic.streamsStayed)
      }
    }

    /// Each at its place, at every node.
    private static func connect(
      _ topic: String, _ transports: [TransportKind], _ cluster: Cluster
    ) async throws -> [Client] {
      var clients: [Client] = []
      for (number, member) in cluster.members.enumerated() {
        for transport in transports {
          let client = try await transport.connect(topic, port: member.port)
          guard case .place = try await client.nextNews() else {
            throw ServiceFailure("no place")
          }
          clients.append(Client(name: "\(transport) at \(number), \(topic)", client: client))
        }
      }
      return clients
    }

    private static func awaitReset(_ client: Client) async throws {
      let news = try await withDeadline(.usualDeadline) {
        while true {
          let news = try await client.client.nextNews()
          // Who asks in the wrong moment is told to come again.
          guard news == .bye(nil) else { return news }
          try await Task.sleep(for: .milliseconds(50))
        }
      } late: {
        "\(client.name) is told nothing"
      }
      #expect(news.isReset, "\(client.name): \(news)")
    }

    /// After what is left of before, if anything, comes what is published now.
    private static func goOn(
      _ clients: [Client], _ cluster: Cluster, topic: String = "room"
    ) async throws {
      let id = try await cluster.members[1].publish(topic, "after")
      let ledger = Ledger(topic)
      let readers = try await withThrowingTaskGroup(of: (Reader, Client).self) { tasks in
        for client in clients {
          tasks.addTask {
            var before: [String] = []
            while true {
              let news = try await client.client.nextNews()
              if news.update?.data == "after" {
                #expect(news.update?.id == id)
                break
              }
              if let data = news.update?.data { before.append(data) }
            }
            let old = topic == "room" ? ["1", "2", "3"] : ["4"]
            #expect(before == old.prefix(before.count).map { $0 }, "\(client.name)")
            return (Reader(client.name, ledger, at: id), client)
          }
        }
        return try await tasks.reduce(into: [(Reader, Client)]()) { $0.append($1) }
      }
      ledger.opens(with: id, "after")
      for (reader, _) in readers { ledger.begins(reader.name, at: .after(id)) }
      try await withThrowingTaskGroup { tasks in
        for (reader, client) in readers {
          tasks.addTask {
            var reader = reader
            try await reader.read(client.client, until: "end")
            #expect(reader.resets == 0, "\(reader.name)")
            #expect(reader.bye == nil, "\(reader.name)")
          }
        }
        tasks.addTask {
          try await Publishers(count: 3, updates: 10).run(on: cluster, ledger)
          try await Publishers.publish("end", on: cluster, ledger)
        }
        try await tasks.waitForAll()
      }
      #expect(ledger.findings.isEmpty)
      for client in clients { client.client.close() }
    }
  }
}
