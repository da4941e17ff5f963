import Rules
import Testing
import TestSupport

/// The parts of the space are held against evaluating points one by one.
@Suite struct ExplorationTests {
  private let rules = OurRules.ruleset

  @Test func everyPointLiesInOnePartWithItsOutcome() throws {
    let parts = try Exploration(rules).parts(of: rules.space.whole, by: rules.choices)
    var specs = RandomSpecs(rules, seed: 6)
    for _ in 0..<300 {
      let evaluation = Evaluation(rules, specs.next())
      let containing = parts.filter { $0.region.contains(evaluation.point) }
      #expect(containing.count == 1)
      for choice in rules.choices {
        #expect(
          containing.first.flatMap { rules.row(of: choice, in: $0) }
            == evaluation.hits[choice].first)
      }
    }
  }

  @Test func everyPartHasAPointWithItsOutcome() throws {
    let parts = try Exploration(rules).parts(of: rules.space.whole, by: rules.choices)
    #expect(parts.count > 50)
    for part in parts {
      guard case .point(let point) = part.region.witness() else {
        Issue.record("a part without a witness")
        continue
      }
      let evaluation = Evaluation(rules, rules.assignment(at: point))
      for choice in rules.choices {
        #expect(rules.row(of: choice, in: part) == evaluation.hits[choice].first)
      }
    }
  }

  @Test func cautionsSplitTheSpaceAsPointsDo() throws {
    var specs = RandomSpecs(rules, seed: 7)
    let points = (0..<60).map { _ in Evaluation(rules, specs.next()) }
    for conditions in rules.cautions {
      let parts = try Exploration(rules).parts(of: rules.space.whole, byFirst: conditions)
      for evaluation in points {
        let outcomes = parts.filter { $0.part.region.contains(evaluation.point) }.map(\.outcome)
        let first = conditions.firstIndex(where: evaluation.holds)
        #expect(outcomes == [first.map { .row($0) } ?? .gap])
      }
    }
  }

  @Test func saysWhenItIsTooMuch() {
    #expect(throws: Exploration.TooManyParts.self) {
      try Exploration(rules, budget: Exploration.Budget(10)).parts(
        of: rules.space.whole, by: rules.choices)
    }
  }
}

extension Ruleset {
  fileprivate func row(of table: Int, in part: Exploration.Part) -> Int? {
    guard case .row(let row)? = part.outcomes[table] else { return nil }
    return row
  }
}
