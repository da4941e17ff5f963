import Diagnostics
import Rules

/// Tests that can never hold, or hold always, whatever the facts.
struct CellProof {
  let rules: Ruleset
  let maximumParts: Int

  func findings() -> [Finding] {
    var known: [Test: (holds: Bool, fails: Bool)] = [:]
    var findings: [Finding] = []
    for table in rules.tables where table.tree == nil {
      for (index, row) in table.rows.enumerated() {
        for cell in row.condition.cells {
          if case .any = cell.test { continue }
          guard let can = known[cell.test] ?? decide(cell.test) else {
            findings.append(Reporter(rules: rules).undecided(table, nil, maximumParts))
            continue
          }
          known[cell.test] = can
          if can.holds && can.fails { continue }
          findings.append(finding(cell, canHold: can.holds, index, table))
        }
      }
    }
    return findings
  }

  private func decide(_ test: Test) -> (holds: Bool, fails: Bool)? {
    let exploration = Exploration(rules, maximumParts: maximumParts)
    guard let parts = try? exploration.split(Exploration.Part(region: rules.space.whole), by: test)
    else { return nil }
    // A part that may be empty proves neither.
    let (holds, fails) = (parts.holds.filter(\.isDecided), parts.fails.filter(\.isDecided))
    if holds.isEmpty, !parts.holds.isEmpty { return nil }
    if fails.isEmpty, !parts.fails.isEmpty { return nil }
    return (!holds.isEmpty, !fails.isEmpty)
  }

  private func finding(_ cell: Cell, canHold: Bool, _ row: Int, _ table: Table) -> Finding {
    var finding = Reporter(rules: rules).finding(
      canHold ? .alwaysHolds : .neverHolds, table, row,
      "the test \(cell) \(canHold ? "always holds" : "can never hold")",
      help: canHold ? "leave it out" : "no facts within their ranges satisfy it")
    finding.diagnostic.location = cell.location
    return finding
  }
}

extension Exploration.Part {
  fileprivate var isDecided: Bool { !isUndecided }
}
