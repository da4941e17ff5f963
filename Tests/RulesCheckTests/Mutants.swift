import Quantities
import Rules

/// Our rules, each with one small mistake in them.
struct Mutant {
  enum Change: String {
    case drop
    case double
    case swap
    case output
    case bound
  }

  /// Names the change and the row without a line, so that an edit elsewhere does not rename it.
  var name: String
  var change: Change
  var table: Int
  /// The row that is changed, of the rules as they are.
  var row: Int
  var rules: Ruleset
}

extension Mutant {
  static func all(of rules: Ruleset, in table: Int) -> [Mutant] {
    rules.tables[table].rows.indices.flatMap { row in
      (rules.tables[table].tree == nil ? moved(rules, table, row) : [])
        + outputs(rules, table, row) + bounds(rules, table, row)
    }
  }

  private init(
    _ change: Change, _ rules: Ruleset, _ table: Int, _ row: Int, detail: String = "",
    _ edit: (inout Table) -> Void
  ) {
    let original = rules.tables[table]
    self.change = change
    self.table = table
    self.row = row
    self.rules = rules
    edit(&self.rules.tables[table])
    let cells = original.rows[row].condition.cells.map(\.description).joined(separator: ", ")
    let output = original.outputs[original.rows[row].output]
    name = "\(change.rawValue) \(original.name): {\(cells)} → \(output)\(detail)"
  }

  private static func moved(_ rules: Ruleset, _ table: Int, _ row: Int) -> [Mutant] {
    var result = [
      Mutant(.drop, rules, table, row) { $0.rows.remove(at: row) },
      Mutant(.double, rules, table, row) { $0.rows.insert($0.rows[row], at: row) },
    ]
    if row + 1 < rules.tables[table].rows.count {
      result.append(Mutant(.swap, rules, table, row) { $0.rows.swapAt(row, row + 1) })
    }
    return result
  }

  private static func outputs(_ rules: Ruleset, _ table: Int, _ row: Int) -> [Mutant] {
    let outputs = rules.tables[table].outputs
    return outputs.indices.filter { $0 != rules.tables[table].rows[row].output }.map { output in
      Mutant(.output, rules, table, row, detail: " becomes \(outputs[output])") {
        $0.rows[row].output = output
      }
    }
  }

  private static func bounds(_ rules: Ruleset, _ table: Int, _ row: Int) -> [Mutant] {
    let cells = rules.tables[table].rows[row].condition.cells
    return cells.indices.flatMap { index in
      moves(of: cells[index], rules).map { test in
        Mutant(
          .bound, rules, table, row, detail: " with \(cells[index].subject) at \(text(test, rules))"
        ) {
          $0.rows[row].condition.cells[index].test = test
        }
      }
    }
  }

  /// The test with one end moved to the next value of the grid; of a derived number by 1 in the
  /// unit that it is written in.
  private static func moves(of cell: Cell, _ rules: Ruleset) -> [Test] {
    switch cell.test {
    case .variable(let variable, .numbers(let set)):
      guard case .numbers(let domain) = rules.space.variables[variable].domain else { return [] }
      return set.intervals.flatMap { interval -> [Test] in
        let (low, high) = (interval.lowerBound, interval.upperBound)
        var moved: [ClosedRange<Int64>] = []
        if low != domain.min { moved += [(low - 1)...high, min(low + 1, high)...high] }
        if high != domain.max { moved += [low...max(high - 1, low), low...(high + 1)] }
        return moved.filter { $0 != interval }.map {
          .variable(
            variable,
            in: .numbers(set.subtracting(IntervalSet(interval)).union(IntervalSet($0))))
        }
      }
    case .number(let number, let bounds):
      let unit = rules.numbers[number].kind.units.first { cell.text.hasSuffix($0.symbol) }
      let step = Ratio(unit?.factor ?? 1)
      return [step, Ratio(0) - step].flatMap { step -> [Test] in
        var moved: [Bounds] = []
        if let lower = bounds.lower {
          moved.append(
            Bounds(
              lower: .init(value: lower.value + step, isIncluded: lower.isIncluded),
              upper: bounds.upper))
        }
        if let upper = bounds.upper {
          moved.append(
            Bounds(
              lower: bounds.lower,
              upper: .init(value: upper.value + step, isIncluded: upper.isIncluded)))
        }
        return moved.map { .number(number, within: $0) }
      }
    case .variable, .output, .any: return []
    }
  }

  private static func text(_ test: Test, _ rules: Ruleset) -> String {
    switch test {
    case .variable(let variable, .numbers(let set)):
      guard let kind = rules.space.variables[variable].kind, let low = set.min, let high = set.max
      else { return "" }
      return "\(Quantity(kind, grains: low))..\(Quantity(kind, grains: high))"
    case .number(_, let bounds):
      return [bounds.lower, bounds.upper].map { $0.map { "\($0.value.rounded)" } ?? "" }
        .joined(separator: "..")
    default: return ""
    }
  }
}
