import Diagnostics
import Rules

/// What can be proved of one table: gaps, overlaps, rows that are never reached, doubled,
/// contradicting or redundant.
struct TableProof {
  let rules: Ruleset
  let index: Int
  let budget: Exploration.Budget
  private var table: Table { rules.tables[index] }
  private let reporter: Reporter
  private let boxes: [DirectBox]

  init(_ rules: Ruleset, table index: Int, _ budget: Exploration.Budget) {
    self.rules = rules
    self.index = index
    self.budget = budget
    reporter = Reporter(rules: rules)
    boxes = rules.tables[index].rows.map { DirectBox($0.condition, rules.space) }
  }

  func findings() -> [Finding] {
    var findings: [Finding] = []
    do {
      if table.hit == .collect { try collection(&findings) } else { try decision(&findings) }
    } catch let undecided as Undecided {
      findings.append(reporter.undecided(table, undecided.region))
    } catch is Reporter.Disagreement {
      findings.append(reporter.disagreement(table))
    } catch {
      findings.append(reporter.undecided(table, nil))
    }
    return findings
  }

  /// Neither a point nor a proof that there is none.
  private struct Undecided: Error {
    var region: Region
  }

  // MARK: Tables that give one output

  private func decision(_ findings: inout [Finding]) throws {
    let all = Array(table.rows.indices)
    let doubled = reportTwins(among: all, &findings)
    // A row without tests leaves no gap, which needs no search.
    if !table.rows.contains(where: { $0.condition.cells.isEmpty }),
      let gap = try firstPart(in: [whole], of: table.rows, where: { $0 == nil })
    {
      findings.append(try reporter.gap(table, in: gap.region, index))
    }
    for row in all where !doubled.contains(row) {
      try look(at: row, among: all, doubled, &findings)
    }
    if table.hit == .unique { try overlaps(apartFrom: doubled, &findings) }
  }

  private func overlaps(apartFrom doubled: Set<Int>, _ findings: inout [Finding]) throws {
    for first in table.rows.indices where !doubled.contains(first) {
      for second in table.rows.indices.dropFirst(first + 1)
      where !doubled.contains(second) && !boxes[first].isDisjoint(with: boxes[second]) {
        let both = Condition(
          table.rows[first].condition.cells + table.rows[second].condition.cells)
        let held = try Exploration(rules, budget: budget).parts(of: rules.space.whole, by: both)
          .holds
        if let part = held.first(where: { !$0.isUndecided }) {
          findings.append(try reporter.overlap(table, first, second, in: part.region))
        } else if let undecided = held.first {
          throw Undecided(region: undecided.region)
        }
      }
    }
  }

  // MARK: Tables that collect

  /// Of several rows with one output the first that holds is told, so each output is looked at by
  /// itself; a gap is nothing wrong.
  private func collection(_ findings: inout [Finding]) throws {
    for output in table.outputs.indices {
      let rows = table.rows.indices.filter { table.rows[$0].output == output }
      let doubled = reportTwins(among: rows, &findings)
      for row in rows where !doubled.contains(row) {
        try look(at: row, among: rows, doubled, &findings)
      }
    }
  }

  // MARK: Rows

  /// Whether a row is ever the first of its rivals that holds, and whether it is needed there.
  private func look(
    at row: Int, among rivals: [Int], _ doubled: Set<Int>, _ findings: inout [Finding]
  ) throws {
    let own = try Exploration(rules, budget: budget)
      .parts(of: rules.space.whole, by: table.rows[row].condition).holds
    // Most rows cannot hold where this one does, and need not be looked at.
    let near = rivals.filter { !boxes[$0].isDisjoint(with: boxes[row]) }
    let above = near.filter { $0 < row }.map { table.rows[$0] }
    guard try firstPart(in: own, of: above, where: { $0 == nil }) != nil else {
      findings.append(reporter.unreached(table, row))
      return
    }
    let below = near.filter { $0 > row }.map { table.rows[$0] }
    guard table.hit != .unique, below.contains(where: { isAnswer(of: $0, like: row) }),
      // The twin of a row is the one that is too many.
      !doubled.contains(where: { $0 > row && tests(of: $0) == tests(of: row) })
    else { return }
    let needed = try firstPart(in: own, of: above + below) { first in
      guard let first else { return true }
      return first >= above.count && !isAnswer(of: below[first - above.count], like: row)
    }
    if needed == nil { findings.append(reporter.redundant(table, row)) }
  }

  /// A reason is a part of the answer: a row that says why in other words is there for that.
  private func isAnswer(of other: Row, like row: Int) -> Bool {
    other.output == table.rows[row].output && other.because == table.rows[row].because
  }

  private var whole: Exploration.Part { Exploration.Part(region: rules.space.whole) }

  /// Some part of `parts` on which the first of `rows` that holds is as wanted; `nil` if there is
  /// none.
  private func firstPart(
    in parts: [Exploration.Part], of rows: [Row], where isWanted: (Int?) -> Bool
  ) throws -> Exploration.Part? {
    let coverage = Coverage(rules, rows.map(\.condition), budget)
    var found: Exploration.Part?
    var undecided: Exploration.Part?
    do {
      for part in parts {
        try coverage.run(in: part) { part, first in
          guard isWanted(first) else { return }
          if part.isUndecided {
            undecided = part
          } else {
            found = part
            throw Found()
          }
        }
      }
    } catch is Found {}
    if found == nil, let undecided { throw Undecided(region: undecided.region) }
    return found
  }

  /// Ends a run whose answer is known.
  private struct Found: Error {}

  /// Reports rows with the very same tests as one before, and returns them.
  private func reportTwins(among rows: [Int], _ findings: inout [Finding]) -> Set<Int> {
    var firsts: [Set<Test>: Int] = [:]
    var doubled: Set<Int> = []
    for row in rows {
      guard let first = firsts[tests(of: row)] else {
        firsts[tests(of: row)] = row
        continue
      }
      let isSame = table.rows[first].output == table.rows[row].output
      findings.append(reporter.twin(table, first, row, isSame: isSame))
      doubled.insert(row)
    }
    return doubled
  }

  private func tests(of row: Int) -> Set<Test> {
    Set(table.rows[row].condition.cells.map(\.test)).subtracting([.any])
  }
}

/// The part of a condition that tests facts directly, to see quickly that two rows cannot both hold.
private struct DirectBox {
  private var subsets: [Int: Subset] = [:]
  private var outputs: [Int: UInt64] = [:]

  init(_ condition: Condition, _ space: Space) {
    for cell in condition.cells {
      switch cell.test {
      case .variable(let variable, let subset):
        subsets[variable] = subsets[variable]?.intersection(subset) ?? subset
      case .output(let table, let mask):
        outputs[table] = (outputs[table] ?? UInt64.max) & mask
      case .number, .any: continue
      }
    }
  }

  func isDisjoint(with other: DirectBox) -> Bool {
    subsets.contains { variable, subset in
      other.subsets[variable].map(subset.isDisjoint) ?? subset.isEmpty
    }
      || outputs.contains { table, mask in
        other.outputs[table].map { mask & $0 == 0 } ?? (mask == 0)
      }
  }
}
