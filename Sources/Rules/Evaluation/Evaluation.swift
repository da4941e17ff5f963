import Diagnostics
import Quantities

/// What the tables say at one point, with the trace that reasons, drawn paths and coverage come from.
package struct Evaluation: Sendable {
  package let rules: Ruleset
  package let assignment: Assignment
  package let point: Point
  /// The rows that were hit, by table: none in a gap, one of a choice, any number of a collection.
  package private(set) var hits: [[Int]] = []
  /// Outputs that were chosen by hand, by table: the index of the output.
  private let chosen: [Int: Int]

  package init(_ rules: Ruleset, _ assignment: Assignment, choosing chosen: [Int: Int] = [:]) {
    self.rules = rules
    self.assignment = assignment
    self.chosen = chosen
    point = rules.point(of: assignment)
    // Each table comes after those that it tests.
    for table in rules.tables { hits.append(evaluate(table)) }
  }

  private func evaluate(_ table: Table) -> [Int] {
    let holding = table.rows.indices.lazy.filter { holds(table.rows[$0].condition) }
    switch table.hit {
    case .first, .unique:
      return Array(holding.prefix(1))
    case .collect:
      var seen: Set<Int> = []
      return holding.filter { seen.insert(table.rows[$0].output).inserted }
    }
  }
}

extension Evaluation {
  /// Whether all tests of a condition hold. Tables that it tests must have been evaluated.
  package func holds(_ condition: Condition) -> Bool {
    condition.cells.allSatisfy { holds($0.test) }
  }

  package func holds(_ test: Test) -> Bool {
    switch test {
    case .any: true
    case .variable(let variable, let subset): subset.contains(point[variable])
    case .output(let table, let mask):
      output(of: table).map { mask & (1 << UInt64($0)) != 0 } ?? false
    case .number(let number, let bounds):
      bounds.contain(rules.numbers[number].monomial.value(at: point))
    }
  }

  /// The index of the output of a table that gives one.
  package func output(of table: Int) -> Int? {
    if let output = chosen[table] { return output }
    guard hits.indices.contains(table), let row = hits[table].first else { return nil }
    return rules.tables[table].rows[row].output
  }

  package func outputName(of table: Int) -> String? {
    output(of: table).map { rules.tables[table].outputs[$0] }
  }

  /// The tables that give one output and have no row for this point.
  package var gaps: [Int] {
    rules.tables.indices.filter {
      rules.tables[$0].hit != .collect && hits[$0].isEmpty && chosen[$0] == nil
    }
  }

  /// The sentence with its values filled in.
  package func text(_ template: Template) -> String {
    template.pieces.map { piece in
      switch piece {
      case .text(let text): text
      case .fact(let fact): assignment.values[fact].map(Self.prose) ?? ""
      case .number(let number): Self.prose(rules.numbers[number], at: point)
      case .table(let table): outputName(of: table) ?? ""
      }
    }.joined()
  }

  private static func prose(_ value: Value) -> String {
    if case .set(let elements) = value {
      return elements.isEmpty ? "nothing" : elements.joined(separator: " and ")
    }
    // A name or a text of the spec may hold anything.
    return TerminalText.escape(value.description)
  }

  /// A derived number in a unit that suits its size, rounded to a whole one.
  private static func prose(_ number: DerivedNumber, at point: Point) -> String {
    let grains = number.monomial.value(at: point)
    if grains.isZero { return number.kind == .rate ? "0/s" : "0" }
    let unit = number.kind.units.first { grains >= Ratio($0.factor) } ?? number.kind.units.last
    let rounded = (grains / Ratio(unit?.factor ?? 1)).rounded
    let symbol = unit?.symbol ?? ""
    return rounded == 0 ? "under 1" + symbol : Quantity.grouped(rounded) + symbol
  }

  /// The base facts that decided a row: those that it tests itself; if it tests none, those behind
  /// the tables that it tests; if it tests nothing, those of the tests that failed before it.
  package func facts(deciding row: Int, of table: Int) -> [Int] {
    let rows = rules.tables[table].rows
    var cells = rows[row].condition.cells
    if cells.isEmpty {
      cells = rows[..<row].compactMap { earlier in
        earlier.condition.cells.first { !holds($0.test) }
      }
    }
    let own = cells.flatMap { facts(in: $0.test) }
    // A table that corrects another's answer adds nothing of its own where it does not.
    let isCorrection = cells.contains { cell in
      guard case .output(let tested, _) = cell.test else { return false }
      return rules.tables[tested].outputs == rules.tables[table].outputs
    }
    let found = own.isEmpty && !isCorrection ? cells.flatMap { factsBehind($0.test) } : own
    var seen: Set<Int> = []
    return found.filter { seen.insert($0).inserted }
  }

  private func facts(in test: Test) -> [Int] {
    switch test {
    case .any, .output: return []
    case .variable(let variable, _): return [rules.space.variables[variable].fact]
    case .number(let number, _):
      let monomial = rules.numbers[number].monomial
      let variables = monomial.lookups.map(\.variable) + monomial.exponents.keys.sorted()
      return variables.map { rules.space.variables[$0].fact }
    }
  }

  /// A choice stands for itself, with reasons of its own.
  private func factsBehind(_ test: Test) -> [Int] {
    guard case .output(let table, _) = test, !rules.tables[table].isChoice,
      let row = hits[table].first
    else { return [] }
    return facts(deciding: row, of: table)
  }
}
