import ServiceSupport
import Testing

/// A record without a fault, and what the checker finds when one fault is put into it.
@Suite struct DeliveryCheckerTests {
  private enum Entry {
    case update(String, String)
    case reset
  }

  /// Two publishers in turn, three clients that read from the beginning.
  private struct Record {
    var publications: [(id: String, publisher: String, number: Int)] = [
      ("1", "p", 1), ("2", "q", 1), ("3", "p", 2), ("4", "q", 2), ("5", "p", 3), ("6", "q", 3),
    ]
    var clients: [String: [Entry]]

    init() {
      let all = (1...6).map { Entry.update("\($0)", "data \($0)") }
      clients = ["x": all, "y": all, "z": all]
    }

    mutating func change(_ client: String, _ body: (inout [Entry]) -> Void) {
      body(&clients[client, default: []])
    }

    mutating func changeAll(_ body: (inout [Entry]) -> Void) {
      for client in ["x", "y", "z"] { change(client, body) }
    }

    var checker: DeliveryChecker {
      var checker = DeliveryChecker()
      for client in ["x", "y", "z"] { checker.begins(client, topic: "t", at: .beginning) }
      for (id, publisher, number) in publications {
        checker.published(id, topic: "t", data: "data \(id)", by: publisher, number: number)
      }
      for (client, entries) in clients {
        for entry in entries {
          switch entry {
          case .update(let id, let data):
            checker.received(id, topic: "t", data: data, by: client)
          case .reset: checker.reset(topic: "t", of: client)
          }
        }
      }
      return checker
    }

    var findings: [DeliveryFinding] { checker.findings() }
  }

  private static func finding(
    _ kind: DeliveryFinding.Kind, _ clients: [String], _ ids: [String]
  ) -> [DeliveryFinding] {
    [DeliveryFinding(kind, topic: "t", clients: clients, ids: ids)]
  }

  @Test func findsNothingInACorrectRecord() {
    #expect(Record().findings.isEmpty)
    #expect(DeliveryChecker().findings().isEmpty)
  }

  // MARK: One fault each

  @Test func findsWhatOneClientLost() {
    var record = Record()
    record.change("z") { $0.removeLast(2) }
    #expect(record.findings == Self.finding(.lost, ["z"], ["5", "6"]))
  }

  @Test(arguments: ["1", "3", "6"])
  func findsWhatReachedNobody(id: String) {
    var record = Record()
    record.changeAll { $0.remove(at: (Int(id) ?? 1) - 1) }
    #expect(record.findings == Self.finding(.lost, [], [id]))
  }

  @Test func findsThatNothingArrived() {
    var record = Record()
    record.changeAll { $0 = [] }
    #expect(record.findings.map(\.kind) == Array(repeating: DeliveryFinding.Kind.lost, count: 6))
  }

  @Test func findsARepetition() {
    var record = Record()
    record.change("y") { $0.insert($0[1], at: 4) }
    #expect(record.findings == Self.finding(.twice, ["y"], ["2"]))
  }

  @Test func findsWhatAClientHadBeforeItsStart() {
    var checker = Record().checker
    checker.begins("late", topic: "t", at: .after("4"))
    for id in ["4", "5", "6"] {
      checker.received(id, topic: "t", data: "data \(id)", by: "late")
    }
    #expect(checker.findings() == Self.finding(.twice, ["late"], ["4"]))
  }

  @Test func findsTwoClientsThatDisagree() {
    var record = Record()
    record.change("z") { $0.swapAt(2, 3) }
    #expect(record.findings == Self.finding(.clientsDisagree, ["x", "z"], ["3", "4"]))
  }

  @Test func findsAPublisherOutOfOrder() {
    var record = Record()
    record.changeAll { $0.swapAt(0, 2) }
    #expect(record.findings == Self.finding(.publisherDisordered, ["x"], ["3", "1"]))
  }

  @Test func findsWhatNobodyPublished() {
    var record = Record()
    record.change("x") { $0.insert(.update("9", "data 9"), at: 3) }
    #expect(record.findings == Self.finding(.unknown, ["x"], ["9"]))
  }

  @Test func findsWrongData() {
    var record = Record()
    record.change("y") { $0[1] = .update("2", "data 3") }
    #expect(record.findings == Self.finding(.wrongData, ["y"], ["2"]))
  }

  @Test(arguments: [0, 3])
  func findsAGap(index: Int) {
    var record = Record()
    record.change("y") { $0.remove(at: index) }
    #expect(record.findings == Self.finding(.gap, ["y"], ["\(index + 1)"]))
  }

  @Test func findsOneIDForTwoUpdates() {
    var record = Record()
    record.publications.append(("6", "p", 4))
    #expect(record.findings == Self.finding(.idReused, [], ["6"]))
  }

  @Test func findsThatNoOrderFitsAll() {
    var checker = DeliveryChecker()
    for id in ["1", "2", "3"] {
      checker.published(id, topic: "t", data: id, by: "publisher \(id)", number: 1)
    }
    for (client, ids) in [("x", ["1", "2"]), ("y", ["2", "3"]), ("z", ["3", "1"])] {
      for id in ids { checker.received(id, topic: "t", data: id, by: client) }
    }
    #expect(checker.findings() == Self.finding(.noCommonOrder, [], []))
  }

  // MARK: No faults

  @Test func aResetExcusesAGapAndRepetitions() {
    var record = Record()
    record.change("y") { $0.replaceSubrange(2...3, with: [.reset]) }
    record.change("z") { $0.insert(contentsOf: [.reset, $0[1]], at: 2) }
    #expect(record.findings.isEmpty)
    // All behind it counts.
    record.change("y") { $0.removeLast() }
    #expect(record.findings == Self.finding(.lost, ["y"], ["6"]))
  }

  @Test func aResetExcusesWhatWasLostForAll() {
    var record = Record()
    record.changeAll { $0[2] = .reset }
    #expect(record.findings.isEmpty)
  }

  @Test func clientsMayComeAndGo() {
    var record = Record()
    record.clients["x"] = record.clients["x"].map { Array($0.prefix(3)) }
    var checker = record.checker
    checker.leaves("x", topic: "t")
    checker.begins("late", topic: "t", at: .after("4"))
    checker.begins("idle", topic: "t", at: .now)
    for id in ["5", "6"] {
      checker.received(id, topic: "t", data: "data \(id)", by: "late")
      checker.received(id, topic: "t", data: "data \(id)", by: "untold")
    }
    #expect(checker.findings().isEmpty)
  }

  @Test func aClientThatComesNowGetsWhatIsPublishedFromNowOn() {
    var checker = Record().checker
    checker.begins("late", topic: "t", at: .now)
    checker.begins("deaf", topic: "t", at: .now)
    checker.published("7", topic: "t", data: "data 7", by: "p", number: 4)
    for client in ["x", "y", "z", "late"] {
      checker.received("7", topic: "t", data: "data 7", by: client)
    }
    #expect(checker.findings() == Self.finding(.lost, ["deaf"], ["7"]))
  }

  @Test func anUnansweredUpdateMayCome() {
    var checker = Record().checker
    checker.unanswered(topic: "t", data: "data 7", by: "p", number: 4)
    #expect(checker.findings().isEmpty)
    for client in ["x", "y"] {
      checker.received("7", topic: "t", data: "data 7", by: client)
    }
    #expect(checker.findings() == Self.finding(.lost, ["z"], ["7"]), "if one has it, all have")
    checker.received("7", topic: "t", data: "data 7", by: "z")
    #expect(checker.findings().isEmpty)
    checker.received("8", topic: "t", data: "data 7", by: "z")
    #expect(checker.findings() == Self.finding(.unknown, ["z"], ["8"]), "once only")
  }

  @Test func aRepeatedKeyHasTheSameID() {
    var record = Record()
    record.publications.append(("6", "q", 3))
    #expect(record.findings.isEmpty)
  }

  @Test func topicsAreApart() {
    var checker = Record().checker
    checker.published("1", topic: "other", data: "else", by: "p", number: 9)
    checker.received("1", topic: "other", data: "else", by: "x")
    #expect(checker.findings().isEmpty)
  }
}
