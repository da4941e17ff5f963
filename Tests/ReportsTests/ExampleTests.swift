import Advisor
import Foundation
import Reports
import Rules
import RulesCheck
import Specs
import Testing
import TestSupport

/// The advice beside each example is what the rules say today.
@Suite struct ExampleTests {
  private static let folder = Repository.root.appending(path: "Examples")
  static let names: [String] =
    (try? FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()) ?? []

  @Test func thereAreEnough() {
    #expect(Self.names.count >= 16)
  }

  @Test(arguments: names)
  func isCurrent(name: String) throws {
    let rules = OurRules.ruleset
    let folder = Self.folder.appending(path: name)
    let bytes = Array(try Data(contentsOf: folder.appending(path: "spec.yaml")))
    let spec = try SpecReader(rules).read(bytes, file: "spec.yaml")
    #expect(spec.warnings(for: spec.assignment, rules).isEmpty)
    let advice = try Advisor(rules).advise(spec.assignment)
    #expect(advice.name == name)
    let markdown = AdviceMarkdown(advice, rules).text
    let file = folder.appending(path: "advice.md")
    if Repository.isUpdating {
      try Data(markdown.utf8).write(to: file)
    }
    #expect(try String(contentsOf: file, encoding: .utf8) == markdown)
  }

  @Test func noScenarioRepeatsOne() throws {
    let rules = OurRules.ruleset
    let examples = try Self.names.map { name in
      let spec = try Data(contentsOf: Self.folder.appending(path: "\(name)/spec.yaml"))
      return rules.point(of: try SpecReader(rules).read(Array(spec), file: name).assignment)
    }
    for file in rules.scenarios {
      let scenario = try ScenarioReader(rules).read(file)
      #expect(!examples.contains(rules.point(of: scenario.assignment)), "\(file.path)")
    }
  }

  @Test func everyFirstHopAndFanOutIsShown() throws {
    let rules = OurRules.ruleset
    var shown: Set<String> = []
    for name in Self.names {
      let spec = try Data(contentsOf: Self.folder.appending(path: "\(name)/spec.yaml"))
      let assignment = try SpecReader(rules).read(Array(spec), file: name).assignment
      shown.formUnion(try Advisor(rules).advise(assignment).choices.map(\.id))
    }
    for choice in rules.choices { #expect(shown.isSuperset(of: rules.tables[choice].outputs)) }
  }
}
