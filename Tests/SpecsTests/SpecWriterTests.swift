import Rules
import Specs
import Testing
import TestSupport

@Suite struct SpecWriterTests {
  private let rules = OurRules.ruleset

  @Test func readsBackToTheSameFacts() throws {
    var specs = RandomSpecs(rules, seed: 3)
    let name = try #require(rules.factIndex("name"))
    for _ in 0..<200 {
      var assignment = specs.next()
      assignment.state(name, as: .word("a-system"))
      let text = SpecWriter(rules).text(assignment)
      let read = try SpecReader(rules).read(Array(text.utf8), file: "saved.yaml").assignment
      #expect(rules.point(of: read) == rules.point(of: assignment), "\(text)")
      let version = try #require(rules.factIndex("tidings"))
      #expect(read.stated.subtracting([version]) == assignment.stated.subtracting([version]))
    }
  }

  @Test(arguments: [
    "plain", "with \"quotes\" and \\ backslash", "line\nbreak", "{{ braces }} \\(x) */ #", "~", "",
    "tab\tand \u{1B}[31m and \u{202E}", "Zürich 東京 👨‍👩‍👧", "- list: [x]", "\u{FEFF}\u{E000}\u{10FFFF}",
  ])
  func keepsAnySummary(summary: String) throws {
    var assignment = Assignment(rules.facts)
    let (name, text) = (
      try #require(rules.factIndex("name")), try #require(rules.factIndex("summary"))
    )
    assignment.state(name, as: .word("null"))
    assignment.state(text, as: .word(summary))
    let written = SpecWriter(rules).text(assignment)
    let read = try SpecReader(rules).read(Array(written.utf8), file: "saved.yaml").assignment
    #expect(read.values[text] == .word(summary))
    #expect(read.values[name] == .word("null"))
  }

  @Test func itsDefaultsCanBeUncommented() throws {
    let text = SpecWriter(rules).text(Assignment(rules.facts))
    let lines = text.split(separator: "\n").map(String.init)
    let uncommented = lines.map { line in
      line.hasSuffix(":") || line.hasSuffix("# the default")
        ? line.replacing("# ", with: "", maxReplacements: 1) : line
    }
    let spec = try SpecReader(rules).read(
      Array(uncommented.joined(separator: "\n").utf8), file: "s.yaml")
    #expect(spec.assignment.stated.count == rules.facts.count - 1, "all but the summary")
    #expect(rules.point(of: spec.assignment) == rules.point(of: Assignment(rules.facts)))
  }

  @Test func answersAndOverridesReadAsASpecDoes() throws {
    let override = try Override("servers.engines=[redis, kafka]", place: "--set", rules)
    #expect(override.value == .set(["redis", "kafka"]))
    let fact = try #require(rules.fact("clients.platforms"))
    #expect(
      try AnswerReader(fact, place: "answer").read("ios browser") == .set(["browser", "ios"]))
    #expect(
      try AnswerReader(fact, place: "answer").read("ios, browser") == .set(["browser", "ios"]))
    #expect(throws: (any Error).self) { try Override("nonsense", place: "--set", rules) }
    #expect(throws: (any Error).self) { try Override("updates.freshnes=5s", place: "--set", rules) }
    #expect(throws: (any Error).self) { try Override("updates.freshness=", place: "--set", rules) }
  }
}
