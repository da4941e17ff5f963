import Diagnostics
import YAML

/// Reads a tree of questions and compiles it to rows: a leaf holds where all questions above it
/// are answered as its path says.
struct TreeReader {
  let rows: RowReader

  func read(_ node: Node, into result: inout [Row]) -> Tree? {
    read(node, path: [], into: &result)
  }

  private func read(
    _ node: Node, path: [Cell], into result: inout [Row]
  ) -> Tree? {
    if node["then"] != nil {
      let leaf = Fields(
        node, in: rows.fields.source, known: ["then", "because", "source"], rows.names.problems)
      guard let row = rows.row(leaf, Condition(path)) else { return nil }
      result.append(row)
      return .leaf(row: result.count - 1)
    }
    let fields = Fields(
      node, in: rows.fields.source, known: ["ask", "test", "yes", "no"], rows.names.problems)
    guard let ask = fields.required("ask"), let cell = cell(fields),
      let negated = negation(of: cell, fields)
    else { return nil }
    // In the order in which they are written, so that lines ascend.
    var branches: [String: Tree] = [:]
    for entry in node.mapping ?? [] where entry.key == "yes" || entry.key == "no" {
      branches[entry.key] = read(
        entry.value, path: path + [entry.key == "yes" ? cell : negated],
        into: &result)
    }
    guard let yes = branches["yes"], let no = branches["no"] else {
      for branch in ["yes", "no"] where node[branch] == nil {
        fields.report(.missingKey, "the branch \(branch) is missing", at: node.location)
      }
      return nil
    }
    return .question(ask, cell: cell, yes: yes, no: no)
  }

  private func cell(_ fields: Fields) -> Cell? {
    let entries = fields.entries("test")
    guard entries.count == 1, let entry = entries.first else {
      fields.report(
        .badTable, "a question has one test",
        at: fields.node["test"]?.location ?? fields.node.location,
        help: "test: { fact: test }; make a small table of its own for more")
      return nil
    }
    return ConditionReader(names: rows.names, source: fields.source)
      .cell(subject: entry.key, at: entry.keyLocation, entry.value)
  }

  private func negation(of cell: Cell, _ fields: Fields) -> Cell? {
    var result = cell
    switch cell.test {
    case .variable(let variable, let subset):
      let domain = rows.names.space.variables[variable].domain
      result.test = .variable(variable, in: domain.subtracting(subset))
    case .output(let table, let mask):
      let all = Variable.mask(rows.names.tables[table].outputs.count)
      result.test = .output(table: table, in: all & ~mask)
    case .number(let number, let bounds) where bounds.lower == nil || bounds.upper == nil:
      result.test = .number(number, within: bounds.complement)
    case .number, .any:
      fields.report(
        .badTest, "the test of a question must be able to fail, on one side", at: cell.location,
        help: "test one bound, or make a small table of it")
      return nil
    }
    result.text = "not(\(cell.text))"
    return result
  }
}

extension Bounds {
  /// All that lies outside of bounds that are open on one side.
  fileprivate var complement: Bounds {
    func flipped(_ end: End?) -> End? {
      end.map { End(value: $0.value, isIncluded: !$0.isIncluded) }
    }
    return Bounds(lower: flipped(upper), upper: flipped(lower))
  }
}
