import Interview
import Rules
import Specs
import Testing
import TestSupport

/// On rules small enough to try every spec, a question is asked exactly when its answer can matter.
@Suite struct RelevanceTests {
  private static let text = """
    facts:
      a: { type: count, range: 1..4, default: 1, meaning: m, question: q }
      b: { type: count, range: 1..4, default: 1, meaning: m, question: q }
      c: { type: choice, default: x, meaning: m, question: q, values: { x: m, y: m, z: m } }
      d: { type: set, default: [], meaning: m, question: q, values: { s: m, t: m } }
    constants:
      share: { meaning: m, values: { x: 0, y: 1, z: 0.5 } }
    numbers:
      load: { kind: count, meaning: m, formula: share(c) × a / b }
    tables:
      heavy:
        meaning: m
        hit: first
        outputs: ["yes", "no"]
        rows:
          - { when: { load: "> 1" }, then: "yes", because: b. }
          - { when: { d has s: "yes", a: "> 2" }, then: "yes", because: b. }
          - { then: "no", because: b. }
      pick:
        choice: Pick
        meaning: m
        hit: first
        outputs: [one, two]
        rows:
          - { when: { heavy: "yes", d has t: "no" }, then: one, because: b. }
          - { then: two, because: b. }
    """

  @Test func agreesWithTryingEverySpec() throws {
    let rules = try Ruleset(files: [RulesFile(path: "r.yaml", bytes: Array(Self.text.utf8))])
    let all = Self.points(rules)
    let pick = try #require(rules.tableIndex("pick"))
    var decided: [Point: String] = [:]
    for point in all {
      decided[point] = Evaluation(rules, rules.assignment(at: point)).outputName(of: pick)
    }
    var generator = SeededGenerator(seed: 18)
    for _ in 0..<120 {
      // Some facts known, as a random spec has them.
      let sample = try #require(all.randomElement(using: &generator))
      var known = Assignment(rules.facts)
      for fact in rules.facts.indices where Bool.random(using: &generator) {
        if let value = rules.value(of: fact, at: sample) { known.state(fact, as: value) }
      }
      let fixed = Set(known.stated.flatMap { rules.space.variablesOfFact[$0] })
      let possible = all.filter { point in fixed.allSatisfy { point[$0] == sample[$0] } }
      let open = Set(Interview(rules, knowing: known).openQuestions.map(\.fact.id))
      for (index, fact) in rules.facts.enumerated() where !known.stated.contains(index) {
        let own = rules.space.variablesOfFact[index]
        let groups = Dictionary(grouping: possible) { point in
          point.indices.filter { !own.contains($0) }.map { point[$0] }
        }
        let matters = groups.values.contains { Set($0.map { decided[$0] }).count > 1 }
        #expect(open.contains(fact.id) == matters, "\(fact.id) with \(known.values)")
      }
    }
  }

  private static func points(_ rules: Ruleset) -> [Point] {
    var result: [Point] = [[]]
    for variable in rules.space.variables {
      let members = (Int64(0)...4).filter(variable.domain.contains)
      result = result.flatMap { point in members.map { point + [$0] } }
    }
    return result
  }
}
