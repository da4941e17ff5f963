import Diagnostics
import Rules

/// Scenarios that do not get their answer, and rows that no scenario hits.
struct ScenarioCheck {
  let rules: Ruleset
  let folder: String

  func findings() -> [Finding] {
    var findings: [Finding] = []
    var hit = rules.tables.map { _ in Set<Int>() }
    for file in rules.scenarios {
      do throws(InvalidInput) {
        let scenario = try ScenarioReader(rules).read(file, folder: folder)
        let evaluation = Evaluation(rules, scenario.assignment)
        for (table, rows) in evaluation.hits.enumerated() { hit[table].formUnion(rows) }
        findings += scenario.failures(evaluation).map { Finding(diagnostic: $0) }
      } catch {
        findings += error.diagnostics.map { Finding(diagnostic: $0) }
      }
    }
    for (index, table) in rules.tables.enumerated() {
      for row in table.rows.indices where !hit[index].contains(row) {
        findings.append(
          Reporter(rules: rules).finding(
            .noScenario, table, row, "no scenario hits a row of the table \(table.name)",
            help: "add a spec to scenarios/ that does, with what is expected"))
      }
    }
    return findings
  }
}
