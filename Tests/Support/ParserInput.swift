import Diagnostics
import Quantities
import Rules
import Specs

/// Whatever bytes come from outside, handed to one of the parsers: each must answer or refuse, and a
/// refusal must say something that a terminal can show.
package enum ParserInput: String, CaseIterable, Sendable {
  case spec
  case test
  case number
  case formula
  case rules

  package func parse(_ bytes: [UInt8]) {
    switch self {
    case .spec:
      attempt { () throws(InvalidInput) in
        let reader = SpecReader(OurRules.ruleset)
        let spec = try reader.read(bytes, file: "fuzz.yaml", isPartial: true)
        // What was read is written and read back.
        let text = SpecWriter(OurRules.ruleset).text(spec.assignment)
        let again = try reader.read(Array(text.utf8), file: "again.yaml", isPartial: true)
        let facts = OurRules.ruleset.facts
        for (index, fact) in facts.enumerated() where fact.shape != .version {
          precondition(
            again.assignment.values[index] == spec.assignment.values[index],
            "\(fact.id) changed on its way")
        }
      }
    case .number:
      let text = String(decoding: bytes, as: UTF8.self)
      for kind in Kind.allCases {
        guard let quantity = try? Quantity(parsing: text, as: kind) else { continue }
        let again = try? Quantity(parsing: quantity.description, as: kind)
        // Zero of a kind with units has no spelling that says its unit.
        precondition(quantity.grains == 0 || again == quantity, "\(text) changed on its way")
      }
    case .test:
      rules("{ when: { size: \(quoted(bytes)) }, then: a, because: b. }", formula: "size × 2")
    case .formula:
      rules("{ then: a, because: b. }", formula: quoted(bytes))
    case .rules:
      attempt { () throws(InvalidInput) in
        _ = try Ruleset(files: [RulesFile(path: "r.yaml", bytes: bytes)])
      }
    }
  }

  /// A small set of rules with one place that varies.
  private func rules(_ row: String, formula: String) {
    let text = """
      facts: { size: { type: count, range: 1..99, default: 5, meaning: m } }
      numbers: { n: { kind: count, meaning: m, formula: \(formula) } }
      tables: { t: { meaning: m, hit: first, outputs: [a], rows: [\(row)] } }
      """
    attempt { () throws(InvalidInput) in
      _ = try Ruleset(files: [RulesFile(path: "r.yaml", bytes: Array(text.utf8))])
    }
  }

  private func quoted(_ bytes: [UInt8]) -> String {
    let text = String(decoding: bytes, as: UTF8.self)
    return "'"
      + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''") + "'"
  }

  private func attempt(_ body: () throws(InvalidInput) -> Void) {
    do throws(InvalidInput) {
      try body()
    } catch {
      precondition(!error.diagnostics.isEmpty, "refused without a word")
      precondition(TerminalText.isSafe(error.diagnostics.text), "raw text from outside")
    }
  }
}
