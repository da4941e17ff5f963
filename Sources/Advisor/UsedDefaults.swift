import Quantities
import Rules

/// The facts that were not stated, though another value of theirs would have changed something.
struct UsedDefaults {
  private let evaluation: Evaluation
  private let figures: CostFigures
  /// The facts of which another value would have changed a choice.
  private let flipping: Set<String>
  private let cautions: [[Condition]]
  private var rules: Ruleset { evaluation.rules }

  init(_ evaluation: Evaluation, _ figures: CostFigures, flips: [Advice.Flip]) {
    self.evaluation = evaluation
    self.figures = figures
    flipping = Set(flips.map(\.fact))
    cautions = evaluation.rules.cautions
  }

  func all() -> [Advice.UsedDefault] {
    rules.facts.indices.compactMap { fact in
      guard !evaluation.assignment.stated.contains(fact), !rules.facts[fact].isRequired,
        !rules.space.variablesOfFact[fact].isEmpty, let value = evaluation.assignment.values[fact]
      else { return nil }
      var effects: [Advice.UsedDefault.Effect] = []
      if flipping.contains(rules.facts[fact].id) { effects.append(.choices) }
      if changesCautions(fact) { effects.append(.cautions) }
      if changesCosts(fact) { effects.append(.costs) }
      return effects.isEmpty
        ? nil
        : Advice.UsedDefault(fact: rules.facts[fact].id, value: value, effects: effects)
    }
  }

  private func changesCautions(_ fact: Int) -> Bool {
    let exploration = Exploration(rules)
    return rules.space.variablesOfFact[fact].contains { variable in
      // One element of a list at a time, as with flips.
      let line = Region(evaluation.point, in: rules.space)
        .replacing(variable, with: rules.space.variables[variable].domain)
      return cautions.contains { conditions in
        let parts = (try? exploration.parts(of: line, byFirst: conditions)) ?? []
        return Set(parts.map { $0.outcome != .gap }).count > 1
      }
    }
  }

  private func changesCosts(_ fact: Int) -> Bool {
    alternatives(to: fact).contains {
      CostFigures(evaluation.changing(fact, to: $0)) != figures
    }
  }

  /// Values far enough from the one taken that any influence shows.
  private func alternatives(to fact: Int) -> [Value] {
    guard case .number(let kind, let range) = rules.facts[fact].shape else {
      return Flips(evaluation).alternatives(to: fact)
    }
    return [range.lowerBound, range.upperBound].map { .number(Quantity(kind, grains: $0)) }
  }
}
