import Diagnostics
import JSON
import Rules

/// Something that is wrong with a set of rules.
package struct Finding: Sendable {
  package var diagnostic: Diagnostic
  /// The row that is meant, as a table writes it.
  package var row: String?
  /// A spec, on one line, that shows it.
  package var witness: String?

  package init(diagnostic: Diagnostic, row: String? = nil, witness: String? = nil) {
    self.diagnostic = diagnostic
    self.row = row
    self.witness = witness
  }
}

extension Finding {
  package var text: String {
    var lines = [diagnostic.text]
    if let row { lines.append("   row: \(TerminalText.escape(row))") }
    if let witness { lines.append("   try: \(TerminalText.escape(witness))") }
    return lines.joined(separator: "\n")
  }

  package var json: JSONValue {
    func optional(_ text: String?) -> JSONValue { text.map { .string($0) } ?? .null }
    return [
      "code": .string(diagnostic.code.rawValue),
      "message": .string(diagnostic.message),
      "file": optional(diagnostic.location?.file),
      "line": diagnostic.location.map { .integer(Int64($0.line)) } ?? .null,
      "column": diagnostic.location.map { .integer(Int64($0.column)) } ?? .null,
      "help": optional(diagnostic.help),
      "row": optional(row),
      "witness": optional(witness),
    ]
  }
}

extension Row {
  /// `{ updates.freshness: "< 2s" } → yes`
  package func notation(in table: Table) -> String {
    let cells = condition.cells.map { cell in
      let needsQuotes = cell.text.contains { "<>[](),:".contains($0) } && !cell.text.hasPrefix("[")
      return "\(cell.subject): \(needsQuotes ? "\"\(cell.text)\"" : cell.text)"
    }
    let when = cells.isEmpty ? "{}" : "{ \(cells.joined(separator: ", ")) }"
    return "\(when) → \(table.outputs[output])"
  }
}
