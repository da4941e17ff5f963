import Foundation
import Testing
import TestSupport

/// Rules on another subject altogether, which queue to take: data alone, no Swift.
@Suite struct QueueRulesTests {
  private static let rules = ["--rules", "Tests/CommandTests/QueueRules"]

  @Test func theyAreProved() throws {
    let result = try Command.run(["rules", "check"] + Self.rules)
    #expect(result.status == 0, "\(result.output)")
    #expect(result.output.contains("3 tables with 6 rows: no gap"))
  }

  /// Each change of a copy of them is told.
  static let mistakes: [(file: String, from: String, to: String, told: String)] = [
    ("choose-queue.yaml", "<= 100_000", "<= 100_000s", "[bad-test]"),
    (
      "choose-queue.yaml", "- then: broker", "- when: { jobs.order: none }\n        then: broker",
      "[gap]"
    ),
    ("choose-queue.yaml", "jobs.rate × jobs.wait", "jobs.rate + jobs.wait", "[bad-formula]"),
    (
      "choose-queue.yaml", "{backlog} jobs wait; a", "{backlogs} jobs wait; a",
      "did you mean: backlog"
    ),
    ("facts.yaml", "question: Which order must be kept?", "example: key", "[never-asked]"),
    ("cards/log.md", "jobs.rate", "jobs.rat", "did you mean: jobs.rate"),
    ("cards/log.md", "# The log", "The log", "[no-card]"),
    ("costs.yaml", "jobs.wait)", "jobs.wait * 1s)", "[bad-formula]"),
    (
      "costs.yaml", "costs:", "constants: { lonely: { meaning: m, values: { a: 1 } } }\ncosts:",
      "[unused]"
    ),
    ("scenarios/few-jobs-wait-in-a-table.yaml", "queue: table", "queue: log", "[scenario]"),
    (
      "scenarios/few-jobs-wait-in-a-table.yaml", "new-database", "new-databas",
      "did you mean: new-database"
    ),
  ]

  @Test(arguments: mistakes)
  func theirMistakesAreTold(file: String, from: String, to: String, told: String) throws {
    try withCopy { copy in
      let place = copy.appending(path: file)
      let text = try String(contentsOf: place, encoding: .utf8)
      #expect(text.contains(from))
      try Data(text.replacing(from, with: to).utf8).write(to: place)
      let result = try Command.run(["rules", "check", "--rules", copy.path])
      #expect(result.status == 65)
      #expect(result.output.contains(told), "\(result.output)")
    }
  }

  @Test func whatWouldNotBeReadIsTold() throws {
    try withCopy { copy in
      try FileManager.default.moveItem(
        at: copy.appending(path: "costs.yaml"), to: copy.appending(path: "costs.yml"))
      let result = try Command.run(["rules", "check", "--rules", copy.path])
      #expect(result.status == 65)
      #expect(result.output.contains("costs.yml would not be read"))
    }
  }

  @Test func theyAdvise() throws {
    let spec = Data("tidings: 1\nname: mails\njobs: {rate: 600/s, wait: 1h}\n".utf8)
    let text = try Command.run(["advise", "-"] + Self.rules, input: spec)
    #expect(text.status == 0, "\(text.error)")
    #expect(text.output.contains("1. Where do the jobs wait?"))
    #expect(text.output.contains("Up to 2_160_000 jobs wait, too many for a table."))
    let json = try Command.run(["advise", "-", "--format", "json"] + Self.rules, input: spec)
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
    #expect((object["queue"] as? [String: Any])?["id"] as? String == "broker")
    #expect((object["costs"] as? [String: Double])?["waiting"] == 2_160_000)
    let flips = try #require(object["flips"] as? [[String: Any]])
    #expect(
      flips.contains { $0["fact"] as? String == "team.runs" && $0["to"] as? String == "[kafka]" })
    #expect(flips.contains { $0["fact"] as? String == "jobs.order" })
  }

  @Test func theyAskTheirQuestions() throws {
    let result = try Command.run(["ask"] + Self.rules, input: Data("\n600/s\n\nkafka\n".utf8))
    #expect(result.status == 0, "\(result.error)")
    #expect(result.error.contains("How many jobs come in?"))
    #expect(result.output.contains("The team runs Kafka"))
  }

  @Test func theyExplainThemselves() throws {
    #expect(try Command.run(["explain", "broker"] + Self.rules).output.hasPrefix("# The broker"))
    #expect(try Command.run(["explain", "jobs.wait"] + Self.rules).output.contains("24h"))
    #expect(try Command.run(["explain", "sse"] + Self.rules).status == 64)
  }

  @Test func theyRefuseOtherSpecs() throws {
    let result = try Command.run(
      ["advise", "-"] + Self.rules, input: Data("tidings: 1\nname: a\nupdates: {}\n".utf8))
    #expect(result.status == 65)
    #expect(result.error.contains("unknown key updates"))
  }

  private func withCopy(_ body: (URL) throws -> Void) throws {
    try Command.withScratchFolder { folder in
      let copy = folder.appending(path: "rules")
      try FileManager.default.copyItem(
        at: Repository.root.appending(path: "Tests/CommandTests/QueueRules"), to: copy)
      try body(copy)
    }
  }
}
