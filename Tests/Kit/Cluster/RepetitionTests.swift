import ServiceSupport
import Testing

/// A publisher whose answer was lost asks again, elsewhere.
extension OnRedis {
  @Suite struct RepetitionTests {
    enum End: CaseIterable {
      case connectionCut
      case nodeKilled
    }

    @Test(arguments: End.allCases, [false, true])
    func whatWasPublishedWithoutAnAnswerIsPublishedOnce(
      _ end: End, usesSocket: Bool
    ) async throws {
      try await Cluster.run { cluster in
        let (near, far) = (cluster.members[0], cluster.members[1])
        let reader = try await EventStreamClient.open("room", port: far.port)
        _ = try await reader.next()
        let line = try await TCPProxy.start(to: near.port)
        let socket = try await WebSocketClient.open(target: "/socket", port: line.port)
        #expect(try await socket.head().status == 101)
        // The answer gets as far as here.
        try await line.pause(.toClient)
        async let answer: String? =
          usesSocket
          ? socket.publish("once", to: "room", key: "k").id
          : HTTPRequester.publish("room", "once", key: "k", port: line.port).id
        let update = try await reader.next()
        switch end {
        case .connectionCut: try await line.cut()
        case .nodeKilled:
          try await near.process.kill()
          try await line.cut()
        }
        let lost = try? await answer
        #expect(lost == .some(nil) || lost == nil)
        #expect(try await far.publish("room", "once", key: "k") == update.id)
        let another = try await cluster.members[2].publish("room", "then", key: "l")
        #expect(try await reader.next() == StreamEvent(id: another, data: "then"))
        try await line.close()
      }
    }

    @Test func theSameKeyAtAllNodesAtOnceIsOneUpdate() async throws {
      try await Cluster.run { cluster in
        var ids: [String] = []
        for round in 0..<50 {
          let answers = try await withThrowingTaskGroup(of: String.self) { tasks in
            for member in cluster.members + cluster.members {
              tasks.addTask { try await member.publish("room", "\(round)", key: "key-\(round)") }
            }
            return try await tasks.reduce(into: Set<String>()) { $0.insert($1) }
          }
          #expect(answers.count == 1)
          ids += answers
        }
        for member in cluster.members {
          let page = try await HTTPRequester.poll("room", after: "earliest", port: member.port)
          let isSame = page.updates.map(\.id) == ids
          #expect(isSame)
        }
        let other = try await HTTPRequester.publish(
          "room", "else", key: "key-7", port: cluster.members[1].port)
        #expect(other.status == 422)
      }
    }
  }
}
