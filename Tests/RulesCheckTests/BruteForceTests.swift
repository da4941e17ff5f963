import Diagnostics
import Rules
import RulesCheck
import Testing
import TestSupport

/// Random small tables over small grids: what the prover says is what trying every point says.
@Suite struct BruteForceTests {
  @Test func agreesWithTryingEveryPoint() throws {
    var seen: Set<DiagnosticCode> = []
    for seed in 0..<150 { seen.formUnion(try compare(seed: seed)) }
    #expect(
      seen.isSuperset(of: [
        .gap, .overlap, .unreached, .redundant, .duplicateRow, .contradiction, .neverHolds,
        .alwaysHolds,
      ]))
  }

  private func compare(seed: Int) throws -> [DiagnosticCode] {
    var generator = SeededGenerator(seed: UInt64(seed) + 1000)
    let text = RandomTables.text(&generator)
    let rules = try Ruleset(files: [RulesFile(path: "r.yaml", bytes: Array(text.utf8))])
    let findings = RulesChecker(rules).proofs()
    #expect(!findings.contains { $0.diagnostic.code == .undecided })
    let evaluations = Self.points(rules).map { Evaluation(rules, rules.assignment(at: $0)) }
    for table in rules.tables.indices {
      let found = Set(
        findings.filter { Self.isAbout($0, rules.tables[table]) }.map(Verdict.init))
      #expect(found == Verdict.all(of: table, evaluations), "\(rules.tables[table].name)\n\(text)")
    }
    for finding in findings { try Self.confirm(finding, rules) }
    return findings.map(\.diagnostic.code)
  }

  /// A chain whose last table depends on every element: the parts double with each table.
  @Test func whatTakesTooManyPartsIsUndecided() throws {
    var text = "facts:\n  d: { type: set, default: [], meaning: m, values: {"
    text += (0..<24).map { " e\($0): m" }.joined(separator: ",") + " } }\ntables:\n"
    for index in 0..<24 {
      let before = index == 0 ? "" : ", t\(index - 1): odd"
      let other = index == 0 ? "" : ", t\(index - 1): even"
      text += """
          t\(index):
            meaning: m
            hit: first
            outputs: [odd, even]
            rows:
              - { when: { d has e\(index): "yes"\(other) }, then: odd, because: b. }
              - { when: { d has e\(index): "no"\(before) }, then: odd, because: c. }
              - { then: even, because: b. }

        """
    }
    let rules = try Ruleset(files: [RulesFile(path: "r.yaml", bytes: Array(text.utf8))])
    let findings = RulesChecker(rules, maximumParts: 5000).proofs()
    #expect(findings.contains { $0.diagnostic.code == .undecided })
  }

  private struct Verdict: Hashable {
    var code: DiagnosticCode
    /// `nil` for what is said of the whole table.
    var line: Int?

    init(_ finding: Finding) {
      code = finding.diagnostic.code
      line = code == .gap ? nil : finding.diagnostic.location?.line
    }

    init(_ code: DiagnosticCode, _ row: Row?) {
      self.code = code
      line = row?.location.line
    }

    static func all(of index: Int, _ evaluations: [Evaluation]) -> Set<Verdict> {
      guard let rules = evaluations.first?.rules else { return [] }
      let table = rules.tables[index]
      let holding = evaluations.map { evaluation in
        table.rows.indices.filter { evaluation.holds(table.rows[$0].condition) }
      }
      var verdicts: Set<Verdict> = []
      var doubled: Set<Int> = []
      for (row, value) in table.rows.enumerated() {
        for earlier in table.rows[..<row]
        where tests(earlier) == tests(value)
          && (table.hit != .collect || earlier.output == value.output)
        {
          doubled.insert(row)
          verdicts.insert(
            Verdict(
              first(like: value, in: table).output == value.output ? .duplicateRow : .contradiction,
              value))
          break
        }
      }
      if table.hit != .collect, holding.contains(where: \.isEmpty) {
        verdicts.insert(Verdict(.gap, nil))
      }
      for (row, value) in table.rows.enumerated() where !doubled.contains(row) {
        let taken = holding.filter { rows in
          let rivals =
            table.hit == .collect ? rows.filter { table.rows[$0].output == value.output } : rows
          return rivals.first == row
        }
        if taken.isEmpty {
          verdicts.insert(Verdict(.unreached, value))
        } else if table.hit == .first || table.hit == .collect,
          !table.rows[(row + 1)...].contains(where: {
            tests($0) == tests(value) && (table.hit == .first || $0.output == value.output)
          }),
          taken.allSatisfy({ rows in
            let rivals = rows.filter {
              table.hit == .first || table.rows[$0].output == value.output
            }
            return rivals.count > 1 && table.rows[rivals[1]].output == value.output
          })
        {
          verdicts.insert(Verdict(.redundant, value))
        }
        if table.hit == .unique,
          table.rows[..<row].indices.contains(where: { other in
            !doubled.contains(other) && holding.contains { $0.contains(other) && $0.contains(row) }
          })
        {
          verdicts.insert(Verdict(.overlap, value))
        }
      }
      for value in table.rows {
        for cell in value.condition.cells where cell.test != .any {
          let holds = evaluations.filter { $0.holds(cell.test) }.count
          if holds == 0 { verdicts.insert(Verdict(.neverHolds, line: cell.location.line)) }
          if holds == evaluations.count {
            verdicts.insert(Verdict(.alwaysHolds, line: cell.location.line))
          }
        }
      }
      return verdicts
    }

    private init(_ code: DiagnosticCode, line: Int) {
      self.code = code
      self.line = line
    }

    private static func tests(_ row: Row) -> Set<Rules.Test> {
      Set(row.condition.cells.map(\.test)).subtracting([.any])
    }

    private static func first(like row: Row, in table: Table) -> Row {
      table.rows.first {
        tests($0) == tests(row) && (table.hit != .collect || $0.output == row.output)
      } ?? row
    }
  }

  private static func isAbout(_ finding: Finding, _ table: Table) -> Bool {
    guard let line = finding.diagnostic.location?.line else { return false }
    return line == table.location.line || table.rows.contains { $0.location.line == line }
  }

  /// A witness is a spec that shows what was found.
  private static func confirm(_ finding: Finding, _ rules: Ruleset) throws {
    guard let witness = finding.witness else {
      #expect(finding.diagnostic.code != .gap && finding.diagnostic.code != .overlap)
      return
    }
    let assignment = try OurRules.assignment(witness, rules)
    let evaluation = Evaluation(rules, assignment)
    switch finding.diagnostic.code {
    case .gap:
      #expect(evaluation.gaps.contains { rules.tables[$0].location == finding.diagnostic.location })
    case .overlap:
      let table = rules.tables.first { table in
        table.rows.contains { $0.location == finding.diagnostic.location }
      }
      #expect((table?.rows.filter { evaluation.holds($0.condition) }.count ?? 0) > 1)
    default: Issue.record("an unexpected witness")
    }
  }

  private static func points(_ rules: Ruleset) -> [Point] {
    rules.space.variables.reduce([[]]) { points, variable in
      let members = (Int64(0)...6).filter(variable.domain.contains)
      return points.flatMap { point in members.map { point + [$0] } }
    }
  }
}

/// Rules with four facts, a derived number and three tables, the later ones testing the earlier.
private enum RandomTables {
  static func text(_ generator: inout SeededGenerator) -> String {
    var lines = [
      "facts:",
      "  a: { type: count, range: 1..6, default: 1, meaning: m }",
      "  b: { type: count, range: 1..5, default: 1, meaning: m }",
      "  c: { type: choice, default: x, meaning: m, values: { x: m, y: m, z: m } }",
      "  d: { type: set, default: [], meaning: m, values: { s: m } }",
      "constants:",
      "  share: { meaning: m, values: { x: 0, y: 1, z: 0.5 } }",
      "numbers:",
      "  load: { kind: count, meaning: m, formula: share(c) × a / b }",
      "  area: { kind: count, meaning: m, formula: a × b }",
      "tables:",
    ]
    for (index, name) in ["one", "two", "three"].enumerated() {
      let hit = ["first", "unique", "collect"].randomElement(using: &generator) ?? "first"
      // A table that collects has no output to test.
      lines += [
        "  \(name):", "    meaning: m", "    hit: \(index < 2 && hit == "collect" ? "first" : hit)",
        "    outputs: [p, q]", "    rows:",
      ]
      for _ in 0..<Int.random(in: 1...5, using: &generator) {
        lines.append(row(earlier: Array(["one", "two"].prefix(index)), &generator))
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func row(earlier: [String], _ generator: inout SeededGenerator) -> String {
    var cells: [String: String] = [:]
    for _ in 0..<Int.random(in: 0...3, using: &generator) {
      let (subject, test) = cell(earlier: earlier, &generator)
      cells[subject] = test
    }
    let when = cells.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }
    let output = Bool.random(using: &generator) ? "p" : "q"
    return "      - { when: { \(when.joined(separator: ", ")) }, then: \(output), because: b. }"
  }

  private static func cell(
    earlier: [String], _ generator: inout SeededGenerator
  ) -> (String, String) {
    let sign = ["<", "<=", ">", ">="].randomElement(using: &generator) ?? "<"
    switch Int.random(in: 0..<(earlier.isEmpty ? 6 : 8), using: &generator) {
    case 0: return ("a", "\"\(sign) \(Int.random(in: 0...7, using: &generator))\"")
    case 1: return ("b", "\"[\(Int.random(in: 1...3, using: &generator))..4)\"")
    case 2:
      return ("c", ["x", "[x, y]", "not(z)", "[y, z]"].randomElement(using: &generator) ?? "x")
    case 3: return ("d has s", ["\"yes\"", "\"no\""].randomElement(using: &generator) ?? "\"no\"")
    case 4: return ("load", "\"\(sign) \(Int.random(in: 0...5, using: &generator))\"")
    case 5: return ("area", "\"\(sign) \(Int.random(in: 1...30, using: &generator))\"")
    default:
      return (
        earlier.randomElement(using: &generator) ?? "one",
        Bool.random(using: &generator) ? "p" : "q"
      )
    }
  }
}
