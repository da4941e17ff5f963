import Diagnostics
import YAML

/// Reads a row of a table, or a leaf of a tree.
struct RowReader {
  let names: Names
  let fields: Fields
  let outputs: [String]

  func read(_ node: Node) -> Row? {
    let row = Fields(
      node, in: fields.source, known: ["when", "then", "because", "source"], names.problems)
    let reader = ConditionReader(names: names, source: fields.source)
    guard let condition = node["when"].map({ reader.condition($0) }) ?? Condition() else {
      return nil
    }
    return self.row(row, condition)
  }

  func row(_ row: Fields, _ condition: Condition) -> Row? {
    guard let then = row.required("then"), let because = row.required("because") else {
      return nil
    }
    guard let output = outputs.firstIndex(of: then) else {
      row.report(
        .badTable, "\(then) is not among the outputs",
        at: row.node["then"]?.location ?? row.node.location,
        help: "outputs: \(outputs.joined(separator: ", "))",
        suggestion: NearestName.of(then, among: outputs))
      return nil
    }
    return Row(
      condition: condition, output: output, because: template(because, row),
      source: row.text("source"), location: row.node.location,
      lastLine: row.node.lastLine)
  }

  private func template(_ text: String, _ row: Fields) -> Template {
    var pieces: [Template.Piece] = []
    for (text, name) in Template.split(text) {
      if !text.isEmpty { pieces.append(.text(text)) }
      guard let name else { continue }
      if let fact = names.facts.firstIndex(where: { $0.id == name }) {
        pieces.append(.fact(fact))
      } else if let number = names.number(named: name) {
        pieces.append(.number(number))
      } else if let table = names.table(named: name) {
        pieces.append(.table(table))
      } else if !names.unreadable.contains(name) {
        let known = names.facts.map(\.id) + names.numbers.map(\.name) + names.tables.map(\.name)
        row.report(
          .unknownReference, "{\(name)} is no fact, number or table",
          at: row.node["because"]?.location ?? row.node.location,
          help: "names in braces are replaced by their values",
          suggestion: NearestName.of(name, among: known))
      }
    }
    return Template(pieces: pieces)
  }
}
