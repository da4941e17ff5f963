import ServiceSupport
import Testing

/// Where a client goes on, on every transport.
@Suite(.timeLimit(.minutes(10))) struct PlaceTests {
  /// A topic of which five updates are kept, and places of all kinds.
  private struct Topic {
    var node: Node
    /// Of ten updates.
    var ids: [String]
    /// Places that are not kept, and why.
    var lost: [(why: String, place: String)]

    static let kept = ["5", "6", "7", "8", "9"]

    static func run(_ body: (Topic) async throws -> Void) async throws {
      var elsewhere = ""
      try await Node.run { node in
        for number in 0..<10 { elsewhere = try await node.publish("room", "\(number)") }
      }
      try await Node.run(["HISTORY_SIZE": "5"]) { node in
        let other = try await node.publish("other", "x")
        var ids: [String] = []
        for number in 0..<10 { ids.append(try await node.publish("room", "\(number)")) }
        let lost = [
          ("too old", ids[3]), ("the oldest of all", ids[0]), ("of another epoch", elsewhere),
          ("of another topic", other), ("ahead", ids[9].replacing("-11", with: "-99")),
          ("unknown", "nonsense"), ("malformed", "!!!"), ("with spaces", " \(ids[9])"),
          ("empty", ""), ("long", String(repeating: "a", count: 1000)),
          ("of a strange form", "0123456789abcdef-x-3"), ("not in its case", ids[9].uppercased()),
        ]
        #expect(Set(lost.map(\.1)).count == lost.count)
        #expect(!lost.contains { ids[4...].contains($0.1) })
        try await body(Topic(node: node, ids: ids, lost: lost))
      }
    }
  }

  @Test(arguments: TransportKind.allCases)
  func aPlaceThatIsNotKeptIsAResetAndNeverASilentGap(_ transport: TransportKind) async throws {
    try await Topic.run { topic in
      for (why, place) in topic.lost {
        let client = try await topic.node.connect(transport, "room", after: place)
        let reset = try await client.nextNews()
        #expect(reset.isReset, "\(why)")
        if case .reset(let place?) = reset { #expect(place == topic.ids[4], "\(why)") }
        #expect(try await client.nextUpdates(5).map(\.data) == Topic.kept, "\(why)")
        client.close()
      }
    }
  }

  @Test(arguments: TransportKind.allCases)
  func afterAResetTheClientGoesOn(_ transport: TransportKind) async throws {
    try await Topic.run { topic in
      let client = try await topic.node.connect(transport, "room", after: topic.ids[0])
      #expect(try await client.nextNews().isReset)
      _ = try await client.nextUpdates(5)
      let id = try await topic.node.publish("room", "new")
      #expect(try await client.nextUpdates(1).map(\.id) == [id])
      client.close()
      let again = try await topic.node.connect(transport, "room", after: topic.ids[9])
      #expect(try await again.nextNews() == .place(topic.ids[9]))
      #expect(try await again.nextUpdates(1).map(\.id) == [id])
      again.close()
    }
  }

  /// A request that waits must not wait with it.
  @Test(arguments: TransportKind.allCases)
  func aResetIsToldAtOnceWhereThereIsNothingElse(_ transport: TransportKind) async throws {
    try await Node.run { node in
      let client = try await node.connect(transport, "empty", after: "nonsense")
      // Less than a request is held.
      let reset = try await client.nextNews(within: .seconds(20))
      #expect(reset.isReset)
      let id = try await node.publish("empty", "first")
      #expect(try await client.nextUpdates(1).map(\.id) == [id])
      client.close()
    }
  }

  @Test(arguments: TransportKind.allCases)
  func everyPlaceThatIsKeptIsValid(_ transport: TransportKind) async throws {
    try await Topic.run { topic in
      // The one before the oldest update, too.
      for number in 4..<9 {
        let client = try await topic.node.connect(transport, "room", after: topic.ids[number])
        #expect(try await client.nextNews() == .place(topic.ids[number]))
        let rest = try await client.nextUpdates(9 - number)
        #expect(rest.map(\.id) == Array(topic.ids[(number + 1)...]))
        client.close()
      }
    }
  }

  @Test(arguments: TransportKind.allCases)
  func theLastPlaceIsValidAndNothingIsRepeated(_ transport: TransportKind) async throws {
    try await Topic.run { topic in
      let client = try await topic.node.connect(transport, "room", after: topic.ids[9])
      async let news = [client.nextNews(), client.nextNews()]
      let id = try await topic.node.publish("room", "new")
      let (place, update) = (try await news[0], try await news[1])
      #expect(place == .place(topic.ids[9]))
      #expect(update.update?.id == id)
      client.close()
    }
  }

  /// Nothing was missed, as long as the topic is known.
  @Test(arguments: TransportKind.allCases)
  func theLastPlaceOutlivesTheHistory(_ transport: TransportKind) async throws {
    try await Node.run(["HISTORY_BYTES": "1000000"]) { node in
      let last = try await node.publish("room", "old")
      let bulk = String(repeating: "x", count: 60_000)
      for _ in 0..<20 { _ = try await node.publish("another", bulk) }
      #expect(try await node.poll("room", after: "earliest").updates.isEmpty)
      let client = try await node.connect(transport, "room", after: last)
      async let news = [client.nextNews(), client.nextNews()]
      let id = try await node.publish("room", "new")
      #expect(try await news[0] == .place(last))
      #expect(try await news[1].update?.id == id)
      client.close()
    }
  }

  @Test(arguments: TransportKind.allCases)
  func earliestIsTheOldestThatIsKept(_ transport: TransportKind) async throws {
    try await Topic.run { topic in
      let client = try await topic.node.connect(transport, "room", after: "earliest")
      let place = try await client.nextNews()
      #expect(place == .place(nil) || place == .place(topic.ids[4]))
      #expect(try await client.nextUpdates(5).map(\.data) == Topic.kept)
      let id = try await topic.node.publish("room", "new")
      #expect(try await client.nextUpdates(1).map(\.id) == [id])
      client.close()
    }
  }

  @Test(arguments: TransportKind.allCases)
  func withoutAPlaceAClientStartsNowAndIsToldWhereNowIs(_ transport: TransportKind) async throws {
    try await Topic.run { topic in
      let client = try await topic.node.connect(transport, "room")
      #expect(try await client.nextNews() == .place(topic.ids[9]))
      let id = try await topic.node.publish("room", "new")
      #expect(try await client.nextUpdates(1).map(\.id) == [id])
      client.close()
    }
  }
}
