import Diagnostics
import YAML

/// Reads an entry of `tables:`; the tables that it tests have been read.
struct TableReader {
  let names: Names

  private static let keys = [
    "meaning", "choice", "gives", "question", "hit", "outputs", "rows", "tree",
  ]

  func read(_ part: RulesetLoader.Part) -> Table? {
    let fields = Fields(part.node, in: part.source, known: Self.keys, names.problems)
    guard let meaning = fields.required("meaning"), let role = role(fields),
      let hit = hitPolicy(fields)
    else { return nil }
    var table = Table(
      name: part.name, role: role, meaning: meaning, question: fields.text("question"), hit: hit,
      outputs: fields.texts("outputs") ?? [], rows: [], tree: nil, location: part.nameLocation)
    if names.space.variable(named: part.name) != nil
      || names.numbers.contains(where: { $0.name == part.name })
    {
      fields.report(
        .badTable, "the table \(part.name) has the name of a fact or number", at: part.nameLocation)
    }
    if table.outputs.isEmpty, hit == .collect {
      table.outputs = Self.allOutputs(fields.items("rows"))
    }
    guard (1...64).contains(table.outputs.count),
      Set(table.outputs).count == table.outputs.count
    else {
      fields.report(
        .badTable, "the table \(part.name) needs 1 to 64 different outputs", at: part.nameLocation,
        help: "outputs: [a, b, …]")
      return nil
    }
    let rows = RowReader(names: names, fields: fields, outputs: table.outputs)
    if let root = fields.node["tree"] {
      table.tree = TreeReader(rows: rows).read(root, into: &table.rows)
    } else {
      table.rows = fields.items("rows").compactMap(rows.read)
    }
    return table
  }

  private func role(_ fields: Fields) -> Table.Role? {
    if let title = fields.text("choice") { return .choice(title: title) }
    switch fields.text("gives") {
    case nil: return .fact
    case "fallbacks": return .fallbacks
    case "rejections": return .rejections
    case "cautions": return .cautions
    case let other?:
      let known = ["fallbacks", "rejections", "cautions"]
      fields.report(
        .unknownValue, "unknown value \(other)",
        at: fields.node["gives"]?.location ?? fields.node.location,
        help: "gives: \(known.joined(separator: ", "))",
        suggestion: NearestName.of(other, among: known))
      return nil
    }
  }

  private func hitPolicy(_ fields: Fields) -> Table.HitPolicy? {
    if fields.node["tree"] != nil { return .unique }
    guard let text = fields.required("hit") else { return nil }
    if let hit = Table.HitPolicy(rawValue: text) { return hit }
    let known = Table.HitPolicy.allCases.map(\.rawValue)
    fields.report(
      .unknownValue, "unknown hit policy \(text)",
      at: fields.node["hit"]?.location ?? fields.node.location,
      help: "hit: \(known.joined(separator: ", "))",
      suggestion: NearestName.of(text, among: known))
    return nil
  }

  private static func allOutputs(_ rows: [Node]) -> [String] {
    var seen: Set<String> = []
    return rows.compactMap { $0["then"]?.scalar }.filter { seen.insert($0).inserted }
  }
}

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
      source: row.text("source"), location: row.node.location)
  }

  private func template(_ text: String, _ row: Fields) -> Template {
    var pieces: [Template.Piece] = []
    for (text, name) in Template.split(text) {
      if !text.isEmpty { pieces.append(.text(text)) }
      guard let name else { continue }
      if let fact = names.facts.firstIndex(where: { $0.id == name }) {
        pieces.append(.fact(fact))
      } else if let number = names.numbers.firstIndex(where: { $0.name == name }) {
        pieces.append(.number(number))
      } else if let table = names.tables.firstIndex(where: { $0.name == name }) {
        pieces.append(.table(table))
      } else {
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

/// Reads a tree of questions and compiles it to rows: a leaf holds where all questions above it
/// are answered as its path says.
struct TreeReader {
  let rows: RowReader

  func read(_ node: Node, into result: inout [Row]) -> Tree? {
    read(node, path: [], depth: 0, into: &result)
  }

  private func read(
    _ node: Node, path: [Cell], depth: Int, into result: inout [Row]
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
        entry.value, path: path + [entry.key == "yes" ? cell : negated], depth: depth + 1,
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
