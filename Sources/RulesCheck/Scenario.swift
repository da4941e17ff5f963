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
    var problems: [Diagnostic] = []
    var result: [Scenario.Expectation] = []
    for entry in node.mapping ?? [] {
      let texts = entry.value.sequence?.compactMap(\.scalar) ?? []
      func add(
        _ wanted: Scenario.Expectation.Wanted, _ message: String, at location: Location? = nil
      ) {
        let diagnostic = source.diagnostic(
          .scenario, message, at: location ?? entry.value.location, help: node["story"]?.scalar)
        result.append(Scenario.Expectation(wanted: wanted, diagnostic: diagnostic))
      }
      switch entry.key {
      case "fallbacks": add(.list(.fallbacks, texts), "other fallbacks were expected")
      case "cautions": add(.list(.cautions, texts), "other cautions were expected")
      case "rejected": add(.list(.rejections, texts), "other rejections were expected")
      case "tells":
        for item in entry.value.sequence ?? [] {
          guard let text = item.scalar else { continue }
          add(
            .fragment(text), "nothing that is told contains “\(text)”", at: item.location)
        }
      default:
        guard let table = rules.tableIndex(entry.key), rules.tables[table].hit != .collect,
          let output = entry.value.scalar, rules.tables[table].outputs.contains(output)
        else {
          problems.append(
            source.diagnostic(
              .unknownReference, "\(entry.key) is no table with this output",
              at: entry.keyLocation,
              help: "name a table that gives one output, or fallbacks, rejected, cautions, tells",
              suggestion: NearestName.of(entry.key, among: rules.tables.map(\.name))))
          continue
        }
        add(.output(table: table, output), "\(entry.key) was expected to be \(output)")
      }
    }
    if !problems.isEmpty { throw InvalidInput(problems) }
    return result
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
