import Diagnostics
import Rules

/// Tests that can never hold, or hold always, whatever the facts.
struct CellProof {
  let rules: Ruleset
  let budget: Exploration.Budget

  func findings() -> [Finding] {
    var known: [Test: Verdict] = [:]
    var findings: [Finding] = []
    for table in rules.tables where table.tree == nil {
      for (index, row) in table.rows.enumerated() {
        for cell in row.condition.cells {
          if case .any = cell.test { continue }
          let verdict = known[cell.test] ?? decide(cell.test)
          known[cell.test] = verdict
          switch verdict {
          case .both: continue
          case .always: findings.append(finding(cell, canHold: true, index, table))
          case .never: findings.append(finding(cell, canHold: false, index, table))
          case .undecided(let region):
            findings.append(Reporter(rules: rules).undecided(cell, table, index, region))
          }
        }
      }
    }
    return findings
  }

  private enum Verdict {
    case both
    case always
    case never
    case undecided(Region?)
  }

  private func decide(_ test: Test) -> Verdict {
    if case .variable(let variable, let subset) = test {
      let domain = rules.space.variables[variable].domain
      if domain.isDisjoint(with: subset) { return .never }
      return domain.isSubset(of: subset) ? .always : .both
    }
    let exploration = Exploration(rules, budget: budget)
    guard let parts = try? exploration.split(Exploration.Part(region: rules.space.whole), by: test)
    else { return .undecided(nil) }
    // A part that may be empty proves neither.
    for side in [parts.holds, parts.fails] {
      if let first = side.first, side.allSatisfy(\.isUndecided) { return .undecided(first.region) }
    }
    if parts.holds.isEmpty { return .never }
    return parts.fails.isEmpty ? .always : .both
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
