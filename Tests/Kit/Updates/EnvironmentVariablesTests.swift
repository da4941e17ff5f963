import Testing
import Updates

@Suite struct EnvironmentVariablesTests {
  private func environment(_ value: String?) -> EnvironmentVariables {
    EnvironmentVariables(value.map { ["NAME": $0] } ?? [:])
  }

  @Test func anEmptyVariableCountsAsNotSet() throws {
    for variables in [environment(nil), environment("")] {
      #expect(variables.text("NAME") == nil)
      #expect(try variables.number("NAME", default: 7, in: 1...9) == 7)
      #expect(try variables.limit("NAME", default: 7, in: 1...9) == 7)
      #expect(try variables.limit("NAME", default: nil, in: 1...9) == nil)
      #expect(try !variables.flag("NAME"))
      #expect(try variables.secret("NAME") == nil)
    }
    #expect(environment("a b").text("NAME") == "a b")
  }

  @Test(arguments: [("1", 1), ("9", 9), ("0", 0)])
  func aWholeNumberWithinItsBoundsIsTaken(text: String, number: Int) throws {
    #expect(try environment(text).number("NAME", default: 7, in: 0...9) == number)
    #expect(try environment(text).limit("NAME", default: nil, in: 0...9) == number)
  }

  @Test(arguments: [
    "0", "10", "-1", "x", "1.5", "1e1", " 1", "1 ", "1_0", "0x1", "\u{FF11}", "true",
    "99999999999999999999",
  ])
  func anotherNumberIsRefusedWithTheBounds(text: String) {
    let problem = InvalidVariable(
      name: "NAME", problem: "a whole number from 1 to 9 is expected")
    #expect(throws: problem) {
      try environment(text).number("NAME", default: 7, in: 1...9)
    }
    #expect(throws: problem) {
      try environment(text).limit("NAME", default: 7, in: 1...9)
    }
    #expect(problem.description == "NAME: a whole number from 1 to 9 is expected")
  }

  @Test func aLimitCanBeUnlimitedButANumberCannot() throws {
    let unlimited = environment("unlimited")
    #expect(try unlimited.limit("NAME", default: 7, in: 1...9) == nil)
    #expect(throws: InvalidVariable.self) {
      try unlimited.number("NAME", default: 7, in: 1...9)
    }
    #expect(throws: InvalidVariable.self) {
      try environment("Unlimited").limit("NAME", default: 7, in: 1...9)
    }
  }

  @Test func aFlagIsTrueOrFalse() throws {
    #expect(try environment("true").flag("NAME"))
    #expect(try !environment("false").flag("NAME"))
    let problem = InvalidVariable(name: "NAME", problem: "true or false is expected")
    for text in ["1", "0", "yes", "TRUE", " true", "falsch"] {
      #expect(throws: problem) { try environment(text).flag("NAME") }
    }
    #expect(problem.description == "NAME: true or false is expected")
  }

  @Test func aSecretHas32BytesOrMore() throws {
    for size in [32, 33, 4096] {
      let secret = String(repeating: "s", count: size)
      #expect(try environment(secret).secret("NAME") == secret)
    }
    #expect(try environment(String(repeating: "\u{E9}", count: 16)).secret("NAME") != nil)
    let problem = InvalidVariable(
      name: "NAME", problem: "a secret of 32 to 4096 bytes is expected: openssl rand -hex 32")
    for size in [1, 31] {
      #expect(throws: problem) {
        try environment(String(repeating: "s", count: size)).secret("NAME")
      }
    }
    #expect(
      problem.description
        == "NAME: a secret of 32 to 4096 bytes is expected: openssl rand -hex 32")
  }

  @Test func aSecretWithoutEndIsRefused() {
    let secret = String(repeating: "s", count: 4097)
    #expect(throws: InvalidVariable.self) { try environment(secret).secret("NAME") }
  }

  @Test func theValueIsNeverRepeated() {
    let value = "hunter2"
    let reads: [(EnvironmentVariables) throws -> Void] = [
      { _ = try $0.number("NAME", default: 1, in: 1...9) },
      { _ = try $0.limit("NAME", default: 1, in: 1...9) },
      { _ = try $0.flag("NAME") },
      { _ = try $0.secret("NAME") },
    ]
    for read in reads {
      let error = #expect(throws: InvalidVariable.self) { try read(environment(value)) }
      let text = error.map { "\($0) \($0.name) \($0.problem)" } ?? value
      #expect(!text.contains(value))
    }
  }

  @Test func theLimitsOfHistoriesAreRead() throws {
    let limits = try HistoryLimits(
      EnvironmentVariables([
        "HISTORY_SIZE": "5", "HISTORY_SECONDS": "6", "HISTORY_BYTES": "7000000", "MAX_TOPICS": "8",
      ]), size: 1000, seconds: 3600, topics: 100, keepsLatest: true)
    #expect(limits.size == 5)
    #expect(limits.seconds == 6)
    #expect(limits.bytes == 7_000_000)
    #expect(limits.topics == 8)
    #expect(limits.keepsLatest)
  }

  @Test func theLimitsOfHistoriesHaveDefaults() throws {
    let limits = try HistoryLimits(
      EnvironmentVariables([:]), size: 1000, seconds: 3600, topics: 100)
    #expect(limits.size == 1000)
    #expect(limits.seconds == 3600)
    #expect(limits.bytes == 256_000_000)
    #expect(limits.topics == 100)
    #expect(!limits.keepsLatest)
    let unlimited = try HistoryLimits(
      EnvironmentVariables(["HISTORY_SIZE": "unlimited", "HISTORY_SECONDS": "unlimited"]),
      size: 1000, seconds: 3600, topics: 100)
    #expect(unlimited.size == nil)
    #expect(unlimited.seconds == nil)
  }

  @Test(arguments: [
    ("HISTORY_SIZE", "0", "a whole number from 1 to 1000000 is expected"),
    ("HISTORY_SIZE", "1000001", "a whole number from 1 to 1000000 is expected"),
    ("HISTORY_SECONDS", "0", "a whole number from 1 to 31536000 is expected"),
    ("HISTORY_BYTES", "999999", "a whole number from 1000000 to 1000000000000 is expected"),
    ("HISTORY_BYTES", "unlimited", "a whole number from 1000000 to 1000000000000 is expected"),
    ("MAX_TOPICS", "0", "a whole number from 1 to 1000000000 is expected"),
  ])
  func aHistoryWithoutBoundsIsRefused(name: String, value: String, problem: String) {
    #expect(throws: InvalidVariable(name: name, problem: problem)) {
      try HistoryLimits(
        EnvironmentVariables([name: value]), size: 1000, seconds: 3600, topics: 100)
    }
  }

  @Test func theQueueOfAClientIsBounded() throws {
    #expect(try Hub.maximumQueue(EnvironmentVariables([:])) == 1_000_000)
    #expect(try Hub.maximumQueue(EnvironmentVariables(["MAX_QUEUE": "10000"])) == 10_000)
    for value in ["9999", "1000000001", "unlimited"] {
      #expect(
        throws: InvalidVariable(
          name: "MAX_QUEUE", problem: "a whole number from 10000 to 1000000000 is expected")
      ) {
        try Hub.maximumQueue(EnvironmentVariables(["MAX_QUEUE": value]))
      }
    }
  }
}
