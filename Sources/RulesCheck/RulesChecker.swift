import Diagnostics
import Rules

/// Decides exactly what is wrong with a set of rules.
package struct RulesChecker {
  private let rules: Ruleset
  private let folder: String
  private let budget: Exploration.Budget

  /// - Parameters:
  ///   - folder: what stands before the paths of scenarios and cards in findings.
  ///   - maximumParts: how many parts of the space all proofs together may take; beyond it the
  ///     finding is `undecided`, never a pass.
  package init(_ rules: Ruleset, folder: String = "", maximumParts: Int = 1_000_000) {
    self.rules = rules
    self.folder = folder
    budget = Exploration.Budget(maximumParts)
  }

  /// All that is wrong, by place.
  package func findings() -> [Finding] {
    let proved = proofs()
    // That no scenario hits a row that cannot be hit is no second finding.
    let unreached = Set(proved.filter(\.isOfUnreachedRow).map(\.diagnostic.location))
    let scenarios = ScenarioCheck(rules: rules, folder: folder).findings().filter {
      $0.diagnostic.code != .noScenario || !unreached.contains($0.diagnostic.location)
    }
    let references = References(rules: rules, folder: folder, budget: budget).findings()
    return (proved + references + scenarios).sorted { $0.diagnostic.precedes($1.diagnostic) }
  }

  /// The findings of proofs alone, without cards, scenarios and uses.
  package func proofs() -> [Finding] {
    CellProof(rules: rules, budget: budget).findings() + rules.tables.indices.flatMap(proofs)
  }

  /// The findings of the proofs of one table.
  package func proofs(of table: Int) -> [Finding] {
    TableProof(rules, table: table, budget).findings()
  }

  /// What is proved when there are no findings, in a line or two.
  package var summary: String {
    let rows = rules.tables.map(\.rows.count).reduce(0, +)
    return """
      \(rules.tables.count) tables with \(rows) rows: no gap, no overlap, no row unreached, doubled, \
      contradicting or redundant, no idle test.
      \(rules.scenarios.count) scenarios get their answers and hit every row; all \
      \(rules.facts.count) facts are used.
      """
  }
}

extension Finding {
  fileprivate var isOfUnreachedRow: Bool {
    [.unreached, .duplicateRow, .contradiction].contains(diagnostic.code)
  }
}
