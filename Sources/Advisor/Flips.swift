import Quantities
import Rules

/// What would change the answer: for each fact, the others kept, the nearest values at which a
/// choice changes, solved from the regions of the rows.
package struct Flips {
  private let evaluation: Evaluation
  private var rules: Ruleset { evaluation.rules }

  package init(_ evaluation: Evaluation) {
    self.evaluation = evaluation
  }

  package func all() -> [Advice.Flip] {
    rules.facts.indices.flatMap(flips)
  }

  private func flips(of fact: Int) -> [Advice.Flip] {
    switch rules.facts[fact].shape {
    case .number(let kind, _): numberFlips(fact, kind)
    case .choice, .flag, .set: alternatives(to: fact).compactMap { flip(fact, to: $0) }
    case .name, .text, .version: []
    }
  }

  /// Of words each other one, of lists one element added or taken away.
  func alternatives(to fact: Int) -> [Value] {
    switch evaluation.assignment.values[fact] {
    case .word(let word)?:
      return rules.facts[fact].words.filter { $0 != word }.map { .word($0) }
    case .set(let elements)?:
      let all = rules.facts[fact].words
      return all.map { toggled in
        .set(all.filter { elements.contains($0) != ($0 == toggled) })
      }
    default: return []
    }
  }

  private func numberFlips(_ fact: Int, _ kind: Kind) -> [Advice.Flip] {
    guard let variable = rules.space.variablesOfFact[fact].first else { return [] }
    let now = evaluation.point[variable]
    let decided = evaluation.decision
    var below: Int64?
    var above: Int64?
    for (numbers, decision) in decisions(along: variable) where decision != decided {
      if let near = numbers.last(below: now) { below = max(below ?? near, near) }
      if let near = numbers.first(above: now) { above = min(above ?? near, near) }
    }
    var result: [Advice.Flip] = []
    if let below, var flip = flip(fact, to: .number(Quantity(kind, grains: below))) {
      flip.to = Self.shorter(("<=", below), ("<", below + 1), kind)
      result.append(flip)
    }
    if let above, var flip = flip(fact, to: .number(Quantity(kind, grains: above))) {
      flip.to = Self.shorter((">=", above), (">", above - 1), kind)
      result.append(flip)
    }
    return result
  }

  /// The domain of a number by what is decided at it, all other facts kept.
  private func decisions(along variable: Int) -> [(numbers: IntervalSet, decision: [String?])] {
    let line = Region(evaluation.point, in: rules.space)
      .replacing(variable, with: rules.space.variables[variable].domain)
    // Along a line every split is exact, and there are no more parts than rows.
    let parts = (try? Exploration(rules).parts(of: line, by: rules.choices)) ?? []
    return parts.compactMap { part in
      guard case .numbers(let numbers) = part.region[variable] else { return nil }
      return (numbers, rules.choices.map { rules.outputName(of: $0, in: part) })
    }
  }

  private func flip(_ fact: Int, to value: Value) -> Advice.Flip? {
    let other = evaluation.changing(fact, to: value)
    let changes = rules.choices.compactMap { choice -> Advice.Flip.Change? in
      guard let id = other.outputName(of: choice), id != evaluation.outputName(of: choice) else {
        return nil
      }
      return Advice.Flip.Change(choice: rules.tables[choice].name, id: id)
    }
    if changes.isEmpty { return nil }
    return Advice.Flip(
      fact: rules.facts[fact].id, to: value.description, value: value, then: changes)
  }

  /// A bound said with or without the value itself, whichever has the rounder number.
  private static func shorter(
    _ included: (sign: String, grains: Int64), _ excluded: (sign: String, grains: Int64),
    _ kind: Kind
  ) -> String {
    let first = Quantity(kind, grains: included.grains).description
    let second = Quantity(kind, grains: excluded.grains).description
    return second.count < first.count || roundness(second) > roundness(first)
      ? "\(excluded.sign) \(second)" : "\(included.sign) \(first)"
  }

  /// How many zeros end the digits.
  private static func roundness(_ number: String) -> Int {
    number.filter(\.isNumber).reversed().prefix { $0 == "0" }.count
  }
}

extension Ruleset {
  /// The output that a table has on a part of the space.
  package func outputName(of table: Int, in part: Exploration.Part) -> String? {
    guard case .row(let row)? = part.outcomes[table] else { return nil }
    return tables[table].outputs[tables[table].rows[row].output]
  }
}

extension Evaluation {
  /// The same with another value for one fact.
  package func changing(_ fact: Int, to value: Value) -> Evaluation {
    var other = assignment
    other.state(fact, as: value)
    return Evaluation(rules, other)
  }
}
