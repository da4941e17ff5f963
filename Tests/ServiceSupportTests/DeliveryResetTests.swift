import ServiceSupport
import Testing

/// What a reset excuses, and what it does not.
@Suite struct DeliveryResetTests {
  /// Six updates that one publisher was answered.
  private static func checker() -> DeliveryChecker {
    var checker = DeliveryChecker()
    for number in 1...6 {
      checker.published("\(number)", topic: "t", data: "\(number)", by: "p", number: number)
    }
    return checker
  }

  /// - Parameter text: ids of one digit, `r` for a reset.
  private static func read(_ client: String, _ text: String, _ checker: inout DeliveryChecker) {
    checker.begins(client, topic: "t", at: .beginning)
    for entry in text {
      if entry == "r" {
        checker.reset(topic: "t", of: client)
      } else {
        checker.received("\(entry)", topic: "t", data: "\(entry)", by: client)
      }
    }
  }

  private static func findings(_ readings: [(String, String)]) -> [DeliveryFinding] {
    var checker = checker()
    for (client, text) in readings { read(client, text, &checker) }
    return checker.findings()
  }

  private static func finding(
    _ kind: DeliveryFinding.Kind, _ clients: [String], _ ids: [String]
  ) -> [DeliveryFinding] {
    [DeliveryFinding(kind, topic: "t", clients: clients, ids: ids)]
  }

  @Test(arguments: ["r123456", "12r456", "123r123456", "12rr56", "r6", "1r2r3r456", "r3456"])
  func whereKeepingEndedAClientMayGoOnAnywhere(_ text: String) {
    #expect(Self.findings([("x", "123456"), ("y", text)]).isEmpty)
  }

  @Test func behindAResetThereIsNoGap() {
    let found = Self.findings([("x", "123456"), ("y", "12r356")])
    #expect(found == Self.finding(.gap, ["y"], ["4"]))
  }

  @Test func beforeAResetThereIsNoGap() {
    let found = Self.findings([("x", "123456"), ("y", "13r56")])
    #expect(found == Self.finding(.gap, ["y"], ["2"]))
  }

  @Test func behindAResetNothingComesTwice() {
    let found = Self.findings([("x", "123456"), ("y", "123r23356")])
    #expect(found.contains(DeliveryFinding(.twice, topic: "t", clients: ["y"], ids: ["3"])))
  }

  @Test func behindAResetEverythingComes() {
    let found = Self.findings([("x", "123456"), ("y", "12r45")])
    #expect(found == Self.finding(.lost, ["y"], ["6"]))
  }

  @Test func aResetOfOneClientExcusesNoOther() {
    let found = Self.findings([("x", "12r56"), ("y", "1256"), ("z", "123456")])
    #expect(found == Self.finding(.gap, ["y"], ["3", "4"]))
  }

  @Test func behindAResetTheOrderIsTheSame() {
    var checker = DeliveryChecker()
    for id in ["1", "2", "3"] {
      checker.published(id, topic: "t", data: id, by: id, number: 1)
    }
    Self.read("x", "123", &checker)
    Self.read("y", "1r32", &checker)
    #expect(checker.findings() == Self.finding(.clientsDisagree, ["x", "y"], ["2", "3"]))
  }

  /// What came before the loss for all is lost with it, what came after it for all is not.
  @Test func whatReachedNobodyIsLostUnlessEverybodyWasReset() {
    #expect(Self.findings([("x", "12r456"), ("y", "12r456")]).isEmpty)
    let found = Self.findings([("x", "1r2356"), ("y", "1r2356")])
    #expect(found == Self.finding(.lost, [], ["4"]))
    let one = Self.findings([("x", "12r456"), ("y", "12456")])
    #expect(one == Self.finding(.lost, [], ["3"]))
  }

  /// A key that did not hold: told once, delivered twice.
  @Test func anUpdateThatWasPublishedTwiceIsFound() {
    var checker = Self.checker()
    Self.read("x", "123456", &checker)
    checker.received("7", topic: "t", data: "6", by: "x")
    #expect(checker.findings() == Self.finding(.unknown, ["x"], ["7"]))
  }
}
