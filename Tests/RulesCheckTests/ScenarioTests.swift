import Diagnostics
import Rules
import RulesCheck
import Testing
import TestSupport

@Suite struct ScenarioTests {
  private let rules = OurRules.ruleset

  @Test(arguments: OurRules.ruleset.scenarios.map(\.path))
  func getsItsAnswer(path: String) throws {
    let file = try #require(rules.scenarios.first { $0.path == path })
    let scenario = try ScenarioReader(rules).read(file)
    #expect(!scenario.expectations.isEmpty)
    #expect(scenario.failures(Evaluation(rules, scenario.assignment)).map(\.text) == [])
  }

  @Test func everyRowIsHit() throws {
    let hits = try rules.scenarios.map {
      Evaluation(rules, try ScenarioReader(rules).read($0).assignment).hits
    }
    for (index, table) in rules.tables.enumerated() {
      for row in table.rows.indices {
        #expect(hits.contains { $0[index].contains(row) }, "\(table.rows[row].rule)")
      }
    }
  }

  @Test func tellsWhatItMisses() throws {
    let text = """
      story: Wrong on purpose.
      spec: { updates: { freshness: 2s } }
      expect: { transport: sse, cautions: [proxy-idle], tells: [nobody says this] }
      """
    let scenario = try ScenarioReader(rules).read(
      RulesFile(path: "scenarios/wrong.yaml", bytes: Array(text.utf8)))
    let failures = scenario.failures(Evaluation(rules, scenario.assignment))
    #expect(failures.map(\.code) == [.scenario, .scenario, .scenario])
    #expect(failures.first?.message == "transport was expected to be sse, found polling")
  }

  @Test(arguments: [
    "story: s\nspec: {}\n", "story: s\nspec: {}\nexpect: { transprt: sse }\n",
    "story: s\nspec: {}\nexpect: { transport: tcp }\n", "story: s\nspec: { a: 1 }\nexpect: {}\n",
    "story: s\nspec: {}\nexpect: {}\nmore: 1\n",
    "story: s\nspec: {}\nexpect: {}\n", "story: s\nspec: {}\nexpect: sse\n",
    "story: s\nspec: {}\nexpect: { tells: a }\n",
    "story: s\nspec: {}\nexpect: { tells: [{a: b}] }\n",
    "story: s\nspec: {}\nexpect: { cautions: none }\n",
    "story: s\nspec: {}\nexpect: { cautions: [one-nod] }\n",
  ])
  func refusesWhatIsNoScenario(text: String) {
    #expect(throws: InvalidInput.self) {
      try ScenarioReader(rules).read(RulesFile(path: "scenarios/a.yaml", bytes: Array(text.utf8)))
    }
  }
}
