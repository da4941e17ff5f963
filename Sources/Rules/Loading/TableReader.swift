import Diagnostics
import YAML

/// Reads an entry of `tables:`; the tables that it tests have been read.
struct TableReader {
  let names: Names

  private static let keys = [
    "meaning", "choice", "gives", "question", "hit", "outputs", "rows", "tree",
  ]

  /// Rows are tried one inside the other, so their number is bounded.
  private static let mostRows = 2000

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
      let items = fields.items("rows")
      if items.count > Self.mostRows {
        fields.report(
          .tooLarge, "more than \(Self.mostRows) rows", at: part.nameLocation,
          help: "split the table \(part.name) into several")
        return nil
      }
      table.rows = items.compactMap(rows.read)
    }
    return table
  }

  private func role(_ fields: Fields) -> Table.Role? {
    if let title = fields.text("choice") { return .choice(title: title) }
    if fields.node["gives"] == nil { return .fact }
    switch fields.word("gives", among: ["fallbacks", "rejections", "cautions"]) {
    case "fallbacks": return .fallbacks
    case "rejections": return .rejections
    case "cautions": return .cautions
    default: return nil
    }
  }

  private func hitPolicy(_ fields: Fields) -> Table.HitPolicy? {
    if fields.node["tree"] != nil { return .unique }
    return fields.required("hit", among: Table.HitPolicy.allCases.map(\.rawValue))
      .flatMap(Table.HitPolicy.init)
  }

  private static func allOutputs(_ rows: [Node]) -> [String] {
    var seen: Set<String> = []
    return rows.compactMap { $0["then"]?.scalar }.filter { seen.insert($0).inserted }
  }
}
