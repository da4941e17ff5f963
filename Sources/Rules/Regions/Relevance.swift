/// Which facts can still change the answer, decided exactly from the rows that are not yet excluded.
package struct Relevance {
  private let rules: Ruleset
  private let budget: Exploration.Budget?

  /// - Parameter budget: what all explorations together may take; without one each has its own.
  package init(_ rules: Ruleset, budget: Exploration.Budget? = nil) {
    self.rules = rules
    self.budget = budget
  }

  private var exploration: Exploration {
    budget.map { Exploration(rules, budget: $0) } ?? Exploration(rules)
  }

  /// The first of `facts` that can change a choice or a caution within `region`, where what is
  /// known is fixed and everything else free.
  package func first(of facts: [Int], in region: Region) -> Int? {
    let outcomes = outcomes(in: region)
    return facts.first { matters($0, outcomes, in: region) }
  }

  package func all(of facts: [Int], in region: Region) -> [Int] {
    let outcomes = outcomes(in: region)
    return facts.filter { matters($0, outcomes, in: region) }
  }

  /// Something that an answer can change, as a partition of a region.
  private final class Outcome {
    typealias Valued = (part: Exploration.Part, value: Int)

    let partition: (Region) throws(Exploration.TooManyParts) -> [Valued]
    private let region: Region
    /// Only made when it is asked for: the first question that matters often needs few.
    private(set) lazy var parts = Result { () throws(Exploration.TooManyParts) in
      try partition(region)
    }

    init(
      _ region: Region,
      partition: @escaping (Region) throws(Exploration.TooManyParts) -> [Valued]
    ) {
      self.region = region
      self.partition = partition
    }
  }

  private func outcomes(in region: Region) -> [Outcome] {
    let cautions = rules.cautions.map { conditions in
      Outcome(region) { region throws(Exploration.TooManyParts) in
        try exploration.parts(of: region, byFirst: conditions)
          .map { ($0.part, $0.outcome == .gap ? 0 : 1) }
      }
    }
    let choices = rules.choices.map { choice in
      Outcome(region) { region throws(Exploration.TooManyParts) in
        try exploration.parts(of: region, by: [choice]).map { part in
          guard case .row(let row)? = part.outcomes[choice] else { return (part, -1) }
          return (part, rules.tables[choice].rows[row].output)
        }
      }
    }
    return cautions + choices
  }

  private func matters(_ fact: Int, _ outcomes: [Outcome], in region: Region) -> Bool {
    let variables = rules.space.variablesOfFact[fact]
    // What has too many parts to be decided may depend on anything.
    return outcomes.contains { (try? matters(variables, $0, in: region)) ?? true }
  }

  /// Whether two points that differ in `variables` alone have different values.
  private func matters(_ variables: [Int], _ outcome: Outcome, in region: Region) throws -> Bool {
    for (part, value) in try outcome.parts.get() where isBound(part.region, variables, in: region) {
      var line = Region(box: part.region.box)
      for variable in variables { line = line.replacing(variable, with: region[variable]) }
      for inequality in part.region.inequalities where !inequality.mentions(variables) {
        guard let narrowed = line.narrowed(by: inequality) else { continue }
        line = narrowed
      }
      for (other, otherValue) in try outcome.partition(line) where otherValue != value {
        if part.region.meets(other.region, apartFrom: variables) { return true }
      }
    }
    return false
  }

  private func isBound(_ part: Region, _ variables: [Int], in region: Region) -> Bool {
    variables.contains { part[$0] != region[$0] }
      || part.inequalities.contains { $0.mentions(variables) }
  }
}

extension Inequality {
  fileprivate func mentions(_ variables: [Int]) -> Bool {
    variables.contains { exponents[$0] != nil }
  }
}

extension Region {
  /// Whether a point of this region and one of `other` agree in all but `variables`.
  fileprivate func meets(_ other: Region, apartFrom variables: [Int]) -> Bool {
    // The variables of `other` that may differ get places of their own behind all others.
    var box = self.box
    var place: [Int: Int] = [:]
    for index in box.indices {
      if variables.contains(index) {
        place[index] = box.count
        box.append(other[index])
      } else {
        box[index] = box[index].intersection(other[index])
      }
    }
    var both = Region(box: box)
    let moved = other.inequalities.map { inequality in
      var result = inequality
      result.exponents = [:]
      for (variable, exponent) in inequality.exponents {
        result.exponents[place[variable] ?? variable] = exponent
      }
      return result
    }
    for inequality in inequalities + moved {
      guard let narrowed = both.narrowed(by: inequality) else { return false }
      both = narrowed
    }
    return both.witness() != .none
  }
}
