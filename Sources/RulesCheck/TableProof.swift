import Diagnostics
import Rules

/// What can be proved of one table: gaps, overlaps, rows that are never reached, doubled,
/// contradicting or redundant.
struct TableProof {
  let rules: Ruleset
  let index: Int
  let maximumParts: Int
  private var table: Table { rules.tables[index] }
  private let reporter: Reporter

  init(_ rules: Ruleset, table index: Int, maximumParts: Int) {
    self.rules = rules
    self.index = index
    self.maximumParts = maximumParts
    reporter = Reporter(rules: rules)
  }

  func findings() -> [Finding] {
    do {
      return try table.hit == .collect ? collection() : decision()
    } catch let undecided as Undecided {
      return [reporter.undecided(table, undecided.region, maximumParts)]
    } catch is Reporter.Disagreement {
      return [reporter.disagreement(table)]
    } catch {
      return [reporter.undecided(table, nil, maximumParts)]
    }
  }

  /// Neither a point nor a proof that there is none.
  private struct Undecided: Error {
    var region: Region
  }

  // MARK: Tables that give one output

  private func decision() throws -> [Finding] {
    var findings = twins(among: Array(table.rows.indices))
    let doubled = Set(findings.flatMap(\.rows))
    var gaps: [Region] = []
    var parts: [Int: [Exploration.Part]] = [:]
    try cover(table.rows.map(\.condition)) { part, row in
      if let row { parts[row, default: []].append(part) } else { gaps.append(part.region) }
    }
    if let gap = gaps.first { findings.append((try reporter.gap(table, in: gap, index), [])) }
    for row in table.rows.indices where !doubled.contains(row) {
      if let own = parts[row] {
        // The twin of a row is the one that is too many.
        let below = Array(table.rows[(row + 1)...])
        if table.hit == .first, !hasTwinBelow(row, doubled), try isRedundant(row, own, below) {
          findings.append((reporter.redundant(table, row), [row]))
        }
      } else {
        findings.append((reporter.unreached(table, row), [row]))
      }
    }
    if table.hit == .unique { findings += try overlaps(apartFrom: doubled) }
    return findings.map(\.finding)
  }

  private func hasTwinBelow(_ row: Int, _ doubled: Set<Int>) -> Bool {
    doubled.contains { $0 > row && tests(of: $0) == tests(of: row) }
  }

  /// A reason is a part of the answer: a row that says why in other words is there for that.
  private static func isAnswer(of row: Row, like other: Row) -> Bool {
    row.output == other.output && row.because == other.because
  }

  /// Whether the rows below give the same output for the same reason wherever the row holds first.
  private func isRedundant(
    _ row: Int, _ own: [Exploration.Part], _ below: [Row]
  ) throws -> Bool {
    guard below.contains(where: { Self.isAnswer(of: $0, like: table.rows[row]) }) else {
      return false
    }
    for part in own {
      var isSame = true
      try cover(below.map(\.condition), in: part) { _, other in
        let isLike = other.map { Self.isAnswer(of: below[$0], like: table.rows[row]) }
        if isLike != true {
          isSame = false
          throw Found()
        }
      }
      if !isSame { return false }
    }
    return true
  }

  /// Ends a cover whose answer is known.
  private struct Found: Error {}

  private func overlaps(apartFrom doubled: Set<Int>) throws -> [(finding: Finding, rows: [Int])] {
    let boxes = table.rows.map { DirectBox($0.condition, rules.space) }
    var findings: [(finding: Finding, rows: [Int])] = []
    for first in table.rows.indices where !doubled.contains(first) {
      for second in table.rows.indices.dropFirst(first + 1)
      where !doubled.contains(second) && !boxes[first].isDisjoint(with: boxes[second]) {
        let both = Condition(
          table.rows[first].condition.cells + table.rows[second].condition.cells)
        let held = try Exploration(rules, maximumParts: maximumParts)
          .parts(of: rules.space.whole, by: both).holds
        if let undecided = held.first(where: \.isUndecided), held.allSatisfy(\.isUndecided) {
          throw Undecided(region: undecided.region)
        }
        if let part = held.first(where: { !$0.isUndecided }) {
          findings.append(
            (try reporter.overlap(table, first, second, in: part.region), [first, second]))
        }
      }
    }
    return findings
  }

  // MARK: Tables that collect

  /// Of several rows with one output the first that holds is told, so each output is looked at by
  /// itself; a gap is nothing wrong.
  private func collection() throws -> [Finding] {
    var findings: [Finding] = []
    for output in table.outputs.indices {
      let rows = table.rows.indices.filter { table.rows[$0].output == output }
      let twins = twins(among: rows)
      findings += twins.map(\.finding)
      let doubled = Set(twins.flatMap(\.rows))
      var parts: [Int: [Exploration.Part]] = [:]
      try cover(rows.map { table.rows[$0].condition }) { part, row in
        if let row { parts[rows[row], default: []].append(part) }
      }
      for row in rows where !doubled.contains(row) {
        let below = rows.filter { $0 > row }.map { table.rows[$0] }
        if let own = parts[row] {
          guard !hasTwinBelow(row, doubled), try isRedundant(row, own, below) else { continue }
          findings.append(reporter.redundant(table, row))
        } else {
          findings.append(reporter.unreached(table, row))
        }
      }
    }
    return findings
  }

  // MARK: Both

  /// Rows with the very same tests.
  private func twins(among rows: [Int]) -> [(finding: Finding, rows: [Int])] {
    var firsts: [Set<Test>: Int] = [:]
    var findings: [(finding: Finding, rows: [Int])] = []
    for row in rows {
      guard let first = firsts[tests(of: row)] else {
        firsts[tests(of: row)] = row
        continue
      }
      let isSame = table.rows[first].output == table.rows[row].output
      findings.append((reporter.twin(table, first, row, isSame: isSame), [row]))
    }
    return findings
  }

  private func tests(of row: Int) -> Set<Test> {
    Set(table.rows[row].condition.cells.map(\.test)).subtracting([.any])
  }

  private func cover(
    _ conditions: [Condition], in part: Exploration.Part? = nil, _ visit: Coverage.Visit
  ) throws {
    let coverage = Coverage(rules, conditions, maximumParts: maximumParts)
    do {
      try coverage.run(in: part ?? Exploration.Part(region: rules.space.whole)) { part, row in
        // Only a verdict that would rest on the part needs its point.
        if part.isUndecided { throw Undecided(region: part.region) }
        try visit(part, row)
      }
    } catch is Found {}
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
