import Diagnostics
import Rules
import Specs
import YAML

/// A small spec, and what the rules must say to it.
package struct Scenario: Sendable {
  package var path: String
  package var story: String
  package var assignment: Assignment
  package var expectations: [Expectation]

  package struct Expectation: Sendable {
    package enum Wanted: Sendable {
      /// The output of a table that gives one.
      case output(table: Int, String)
      /// All outputs of the tables with a role, in order.
      case list(Table.Role, [String])
      /// A fragment of some sentence that is told.
      case fragment(String)
    }

    package var wanted: Wanted
    package var diagnostic: Diagnostic
  }
}

/// Reads the scenarios of a set of rules.
package struct ScenarioReader {
  private let rules: Ruleset

  package init(_ rules: Ruleset) {
    self.rules = rules
  }

  package func read(_ file: RulesFile, folder: String = "") throws(InvalidInput) -> Scenario {
    let document = try Document(file.bytes, file: folder + file.path)
    let root = document.root
    try refuseUnknownKeys(root, document.source)
    guard let story = root["story"]?.scalar, let spec = root["spec"], let expect = root["expect"]
    else {
      throw InvalidInput([
        document.source.diagnostic(
          .missingKey, "a scenario has the keys story, spec and expect", at: root.location)
      ])
    }
    return Scenario(
      path: file.path, story: story,
      assignment: try SpecReader(rules).read(spec, in: document.source, isPartial: true).assignment,
      expectations: try expectations(expect, document.source))
  }

  private func refuseUnknownKeys(_ root: Node, _ source: SourceText) throws(InvalidInput) {
    let known = ["story", "spec", "expect"]
    let unknown = (root.mapping ?? []).filter { !known.contains($0.key) }
    if unknown.isEmpty { return }
    throw InvalidInput(
      unknown.map {
        source.diagnostic(
          .unknownKey, "unknown key \($0.key)", at: $0.keyLocation,
          help: "keys here: \(known.joined(separator: ", "))",
          suggestion: NearestName.of($0.key, among: known))
      })
  }

  private func expectations(
    _ node: Node, _ source: SourceText
  ) throws(InvalidInput) -> [Scenario.Expectation] {
    guard let entries = node.mapping, !entries.isEmpty else {
      throw InvalidInput([
        source.diagnostic(
          .wrongShape, "a scenario that expects nothing", at: node.location,
          help: "expect: { table: output, cautions: [ids], tells: [fragments] }")
      ])
    }
    var result: [Scenario.Expectation] = []
    for entry in entries { result += try expectations(entry, source) }
    return result
  }

  private func expectations(
    _ entry: Node.Entry, _ source: SourceText
  ) throws(InvalidInput) -> [Scenario.Expectation] {
    switch entry.key {
    case "fallbacks": return [try list(.fallbacks, entry, source)]
    case "cautions": return [try list(.cautions, entry, source)]
    case "rejected": return [try list(.rejections, entry, source)]
    case "tells":
      return try scalars(of: entry.value, source).map { text, location in
        expectation(
          .fragment(text), "nothing that is told contains “\(text)”", at: location, source)
      }
    default:
      guard let table = rules.tableIndex(entry.key), rules.tables[table].hit != .collect else {
        throw unknown(
          "\(entry.key) is no table that gives one output", at: entry.keyLocation, source,
          wrong: entry.key, known: rules.tables.filter { $0.hit != .collect }.map(\.name))
      }
      guard let output = entry.value.scalar, rules.tables[table].outputs.contains(output) else {
        throw unknown(
          "\(entry.key) has no such output", at: entry.value.location, source,
          wrong: entry.value.scalar ?? "", known: rules.tables[table].outputs)
      }
      return [
        expectation(
          .output(table: table, output), "\(entry.key) was expected to be \(output)",
          at: entry.value.location, source)
      ]
    }
  }

  private func list(
    _ role: Table.Role, _ entry: Node.Entry, _ source: SourceText
  ) throws(InvalidInput) -> Scenario.Expectation {
    let known = rules.tables(role).flatMap { rules.tables[$0].outputs }
    let items = try scalars(of: entry.value, source)
    for (text, location) in items where !known.contains(text) {
      throw unknown(
        "\(text) is none of the \(entry.key)", at: location, source, wrong: text, known: known)
    }
    return expectation(
      .list(role, items.map(\.text)), "other \(entry.key) were expected", at: entry.value.location,
      source)
  }

  private func scalars(
    of node: Node, _ source: SourceText
  ) throws(InvalidInput) -> [(text: String, location: Location)] {
    guard let items = node.sequence, items.allSatisfy({ $0.scalar != nil }) else {
      throw InvalidInput([
        source.diagnostic(
          .wrongShape, "expected a list of single values, found \(node.kind)", at: node.location,
          help: "write it in brackets")
      ])
    }
    return items.compactMap { item in item.scalar.map { ($0, item.location) } }
  }

  private func unknown(
    _ message: String, at location: Location, _ source: SourceText, wrong: String, known: [String]
  ) -> InvalidInput {
    InvalidInput([
      source.diagnostic(
        .unknownReference, message, at: location, help: "known: \(known.joined(separator: ", "))",
        suggestion: NearestName.of(wrong, among: known))
    ])
  }

  private func expectation(
    _ wanted: Scenario.Expectation.Wanted, _ message: String, at location: Location,
    _ source: SourceText
  ) -> Scenario.Expectation {
    Scenario.Expectation(
      wanted: wanted, diagnostic: source.diagnostic(.scenario, message, at: location))
  }
}

extension Scenario {
  /// The expectations that the rules do not meet.
  package func failures(_ evaluation: Evaluation) -> [Diagnostic] {
    expectations.compactMap { expectation in
      var diagnostic = expectation.diagnostic
      switch expectation.wanted {
      case .output(let table, let wanted):
        let found = evaluation.outputName(of: table)
        if found == wanted { return nil }
        diagnostic.message += ", found \(found ?? "nothing")"
      case .list(let role, let wanted):
        let found = evaluation.outputs(of: role)
        if found == wanted { return nil }
        diagnostic.message += ", found [\(found.joined(separator: ", "))]"
      case .fragment(let fragment):
        if evaluation.sentences.contains(where: { $0.contains(fragment) }) { return nil }
      }
      return diagnostic
    }
  }
}

extension Evaluation {
  /// The outputs of all tables with a role, in order.
  fileprivate func outputs(of role: Table.Role) -> [String] {
    rules.tables(role).flatMap { table in
      hits[table].map { rules.tables[table].outputs[rules.tables[table].rows[$0].output] }
    }
  }

  /// The sentences of all rows that were hit.
  fileprivate var sentences: [String] {
    rules.tables.indices.flatMap { table in
      hits[table].map { text(rules.tables[table].rows[$0].because) }
    }
  }
}
