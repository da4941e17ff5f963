/// Evaluates tables on a whole region at once: wherever a test can go both ways, the region is split
/// in two. The parts are disjoint, cover the region, and on each all asked tables have one outcome.
package struct Exploration {
  package enum Outcome: Hashable, Sendable {
    case row(Int)
    /// No row holds.
    case gap
  }

  /// A part of the region, with the outcome of each table that was evaluated on it.
  package struct Part: Sendable {
    package var region: Region
    package var outcomes: [Int: Outcome] = [:]
    /// A point of the part; `nil` where it could not be decided whether it has one.
    package var point: Point?

    package var isUndecided: Bool { point == nil }

    package init(region: Region) {
      self.region = region
      if case .point(let point) = region.witness() { self.point = point }
    }
  }

  /// More parts than were allowed.
  package struct TooManyParts: Error {}

  package typealias Visit = (Part) throws(TooManyParts) -> Void

  private let rules: Ruleset
  private let budget: Budget

  /// - Parameter budget: how many splits may be made before it is given up.
  package init(_ rules: Ruleset, budget: Budget = Budget(200_000)) {
    self.rules = rules
    self.budget = budget
  }

  /// A number of parts that one exploration, or several together, may take.
  package final class Budget {
    private var left: Int

    package init(_ parts: Int) {
      left = parts
    }

    fileprivate func take() throws(TooManyParts) {
      guard left > 0 else { throw TooManyParts() }
      left -= 1
    }
  }
}

extension Exploration {
  /// The parts of `region` by the outcomes of `tables`, all of them `first` or `unique`.
  package func parts(of region: Region, by tables: [Int]) throws(TooManyParts) -> [Part] {
    var result: [Part] = []
    try decide(tables[...], Part(region: region)) { part throws(TooManyParts) in
      result.append(part)
    }
    return result
  }

  /// The parts of `region` by whether all tests of `condition` hold.
  package func parts(
    of region: Region, by condition: Condition
  ) throws(TooManyParts) -> (holds: [Part], fails: [Part]) {
    var result: (holds: [Part], fails: [Part]) = ([], [])
    try match(condition.cells[...], Part(region: region)) { part throws(TooManyParts) in
      result.holds.append(part)
    } no: { part throws(TooManyParts) in
      result.fails.append(part)
    }
    return result
  }

  /// The parts of `region` by which of `conditions` holds first; `.gap` where none does.
  package func parts(
    of region: Region, byFirst conditions: [Condition]
  ) throws(TooManyParts) -> [(part: Part, outcome: Outcome)] {
    var result: [(part: Part, outcome: Outcome)] = []
    try first(conditions, 0, Part(region: region)) { part, outcome throws(TooManyParts) in
      result.append((part, outcome))
    }
    return result
  }

  /// The parts of `part` on which a test holds, and those on which it fails.
  package func split(
    _ part: Part, by test: Test
  ) throws(TooManyParts) -> (holds: [Part], fails: [Part]) {
    var result: (holds: [Part], fails: [Part]) = ([], [])
    try split(part, by: test) { part throws(TooManyParts) in
      result.holds.append(part)
    } no: { part throws(TooManyParts) in
      result.fails.append(part)
    }
    return result
  }

  private func decide(_ tables: ArraySlice<Int>, _ part: Part, _ visit: Visit) throws(TooManyParts)
  {
    guard let table = tables.first else { return try visit(part) }
    try decide(table, part) { part, _ throws(TooManyParts) in
      try decide(tables.dropFirst(), part, visit)
    }
  }

  private typealias VisitOutcome = (Part, Outcome) throws(TooManyParts) -> Void

  private func decide(_ table: Int, _ part: Part, _ visit: VisitOutcome) throws(TooManyParts) {
    if let known = part.outcomes[table] { return try visit(part, known) }
    let conditions = rules.tables[table].rows.map(\.condition)
    try first(conditions, 0, part) { part, outcome throws(TooManyParts) in
      var part = part
      part.outcomes[table] = outcome
      try visit(part, outcome)
    }
  }

  private func first(
    _ conditions: [Condition], _ index: Int, _ part: Part, _ visit: VisitOutcome
  ) throws(TooManyParts) {
    guard index < conditions.count else { return try visit(part, .gap) }
    try match(conditions[index].cells[...], part) { part throws(TooManyParts) in
      try visit(part, .row(index))
    } no: { part throws(TooManyParts) in
      try first(conditions, index + 1, part, visit)
    }
  }

  private func match(
    _ cells: ArraySlice<Cell>, _ part: Part, yes: Visit, no: Visit
  ) throws(TooManyParts) {
    guard let cell = cells.first else { return try yes(part) }
    try split(
      part, by: cell.test,
      yes: { part throws(TooManyParts) in
        try match(cells.dropFirst(), part, yes: yes, no: no)
      }, no: no)
  }

  private func split(
    _ part: Part, by test: Test, yes: Visit, no: Visit
  ) throws(TooManyParts) {
    switch test {
    case .any:
      try yes(part)
    case .variable(let variable, let subset):
      try visit(part, narrowedTo: part.region.narrowed(variable, to: subset), yes)
      let outside = part.region[variable].subtracting(subset)
      try visit(part, narrowedTo: part.region.replacing(variable, with: outside), no)
    case .output(let table, let mask):
      try decide(table, part) { part, outcome throws(TooManyParts) in
        if case .row(let row) = outcome,
          mask & (1 << UInt64(rules.tables[table].rows[row].output)) != 0
        {
          try yes(part)
        } else {
          try no(part)
        }
      }
    case .number(let number, let bounds):
      try split(part, by: rules.numbers[number].monomial, within: bounds, yes: yes, no: no)
    }
  }

  private func split(
    _ part: Part, by monomial: Monomial, within bounds: Bounds, yes: Visit, no: Visit
  ) throws(TooManyParts) {
    try choose(monomial.lookups[...], monomial.constant, part) {
      part, constant throws(TooManyParts) in
      if constant.isZero {
        return try bounds.contain(Ratio.zero) ? yes(part) : no(part)
      }
      guard
        let inequalities = bounds.inequalities(constant: constant, exponents: monomial.exponents)
      else { return try no(part) }
      try split(part, by: inequalities[...], yes: yes, no: no)
    }
  }

  /// Splits by the enumerated facts that pick the constant.
  private func choose(
    _ lookups: ArraySlice<Monomial.Lookup>, _ constant: Ratio, _ part: Part,
    _ visit: (Part, Ratio) throws(TooManyParts) -> Void
  ) throws(TooManyParts) {
    guard let lookup = lookups.first else { return try visit(part, constant) }
    var masks: [Ratio: UInt64] = [:]
    for (index, value) in lookup.constants.enumerated() {
      masks[value, default: 0] |= 1 << UInt64(index)
    }
    for (value, mask) in masks.sorted(by: { $0.value < $1.value }) {
      let region = part.region.narrowed(lookup.variable, to: .values(mask))
      try self.visit(part, narrowedTo: region) { part throws(TooManyParts) in
        try choose(lookups.dropFirst(), constant * value, part, visit)
      }
    }
  }

  private func split(
    _ part: Part, by inequalities: ArraySlice<Inequality>, yes: Visit, no: Visit
  ) throws(TooManyParts) {
    guard let inequality = inequalities.first else { return try yes(part) }
    try visit(part, narrowedTo: part.region.narrowed(by: inequality)) { part throws(TooManyParts) in
      try split(part, by: inequalities.dropFirst(), yes: yes, no: no)
    }
    try visit(part, narrowedTo: part.region.narrowed(by: inequality.negated), no)
  }

  /// Goes on with a smaller region unless it is empty.
  private func visit(
    _ part: Part, narrowedTo region: Region?, _ visit: Visit
  ) throws(TooManyParts) {
    guard let region else { return }
    var part = part
    part.region = region
    // One half of a split keeps the point that the whole had.
    if part.point.map(region.contains) != true {
      switch region.witness() {
      case .none: return
      case .point(let point): part.point = point
      case .undecided: part.point = nil
      }
    }
    try budget.take()
    try visit(part)
  }
}
