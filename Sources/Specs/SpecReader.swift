import Diagnostics
import Rules
import YAML

/// Requirements as they were read: a value for each fact, and where each was stated.
package struct Spec: Sendable {
  package var assignment: Assignment
  fileprivate var source: SourceText
  fileprivate var places: [Int: Location]

  /// Findings that stop nothing: keys of the spec that have no effect in the company of the others.
  package func warnings(for assignment: Assignment, _ rules: Ruleset) -> [Diagnostic] {
    let evaluation = Evaluation(rules, assignment)
    return places.sorted { $0.value < $1.value }.compactMap { index, place in
      let fact = rules.facts[index]
      guard !fact.appliesWhen.isEmpty, !fact.appliesWhen.contains(where: evaluation.holds) else {
        return nil
      }
      return source.diagnostic(
        .noEffect, severity: .warning, "\(fact.id) has no effect here", at: place,
        help: "it counts with " + fact.appliesWhen.map(\.text).joined(separator: ", or "))
    }
  }
}

/// Reads specs in the vocabulary of a set of rules.
package struct SpecReader {
  private let rules: Ruleset

  package init(_ rules: Ruleset) {
    self.rules = rules
  }

  /// - Parameters:
  ///   - file: what messages call the input.
  ///   - isPartial: whether required keys may be missing, because an interview will ask for them.
  ///   - providing: facts that are stated elsewhere, such as on a command line.
  /// - Throws: `InvalidInput` with everything that is wrong.
  package func read(
    _ bytes: [UInt8], file: String, isPartial: Bool = false, providing: Set<Int> = []
  ) throws(InvalidInput) -> Spec {
    let document: Document
    do throws(InvalidInput) {
      document = try Document(parsing: bytes, file: file)
    } catch {
      guard error.diagnostics.first?.code == .yamlEmpty else { throw error }
      var findings = error.diagnostics
      findings[0].help = "begin with `tidings: 1` and `name: …`"
      throw InvalidInput(findings)
    }
    var reading = Reading(rules: rules, source: document.source, errors: document.problems)
    return try reading.read(document.root, isPartial: isPartial, providing: providing)
  }

  /// Reads a spec that is a part of another document.
  package func read(
    _ node: Node, in source: SourceText, isPartial: Bool
  ) throws(InvalidInput) -> Spec {
    var reading = Reading(rules: rules, source: source, errors: [])
    return try reading.read(node, isPartial: isPartial, providing: [])
  }
}

/// One pass over a spec, collecting all that is wrong.
private struct Reading {
  let rules: Ruleset
  let source: SourceText
  var assignment: Assignment
  var errors: [Diagnostic]
  private(set) var places: [Int: Location] = [:]
  /// Keys that were given, with a right value or not.
  private var given: Set<String> = []

  init(rules: Ruleset, source: SourceText, errors: [Diagnostic]) {
    self.rules = rules
    self.source = source
    self.errors = errors
    assignment = Assignment(rules.facts)
  }

  mutating func read(
    _ root: Node, isPartial: Bool, providing: Set<Int>
  ) throws(InvalidInput) -> Spec {
    readTop(root)
    if !isPartial, root.mapping != nil { requireKeys(at: root.location, apartFrom: providing) }
    if !errors.isEmpty {
      throw InvalidInput(errors.sorted(by: Self.order))
    }
    return Spec(assignment: assignment, source: source, places: places)
  }

  /// By place; what is missing has none of its own and comes last.
  private static func order(_ left: Diagnostic, _ right: Diagnostic) -> Bool {
    if (left.code == .missingKey) != (right.code == .missingKey) {
      return right.code == .missingKey
    }
    return left.precedes(right)
  }

  private mutating func readTop(_ root: Node) {
    guard let entries = root.mapping else {
      let code: DiagnosticCode = root.isNull ? .yamlEmpty : .notAMapping
      errors.append(
        source.diagnostic(
          code,
          root.isNull ? "the document is empty" : "a spec is keys and values, found \(root.kind)",
          at: root.location, help: "begin with `tidings: 1` and `name: …`"))
      return
    }
    for entry in entries where errors.count < [Diagnostic].enough {
      if rules.fact(entry.key) != nil {
        read(entry, id: entry.key)
      } else if rules.facts.contains(where: { $0.section == entry.key }) {
        readSection(entry)
      } else {
        reportUnknown(entry, in: nil)
      }
    }
  }

  private mutating func readSection(_ section: Node.Entry) {
    guard let entries = section.value.mapping else {
      let keys = keys(of: section.key)
      errors.append(
        source.diagnostic(
          section.value.isNull ? .missingValue : .notAMapping,
          "\(section.key) wants keys of its own, found \(section.value.kind)",
          at: section.value.isNull ? section.keyLocation : section.value.location,
          help: "below it, indented: \(keys.joined(separator: ", "))"))
      return
    }
    for entry in entries where errors.count < [Diagnostic].enough {
      let id = "\(section.key).\(entry.key)"
      if rules.fact(id) != nil {
        read(entry, id: id)
      } else {
        reportUnknown(entry, in: section.key)
      }
    }
  }

  private mutating func read(_ entry: Node.Entry, id: String) {
    guard let index = rules.factIndex(id) else { return }
    given.insert(id)
    places[index] = entry.keyLocation
    var value = entry.value
    // A missing value has no place of its own; its key has.
    if value.isNull { value.location = entry.keyLocation }
    switch ValueReader(fact: rules.facts[index], source: source).read(value) {
    case .success(let value): assignment.state(index, as: value)
    case .failure(let invalid): errors += invalid.diagnostics
    }
  }

  private mutating func reportUnknown(_ entry: Node.Entry, in section: String?) {
    let known = section.map(keys) ?? topLevelKeys
    let place = section.map { "in \($0)" } ?? "at the top"
    let elsewhere = rules.facts.first { $0.key == entry.key && $0.section != section }?.id
    let suggestion = elsewhere ?? NearestName.of(entry.key, among: known) ?? nearestFact(entry.key)
    errors.append(
      source.diagnostic(
        .unknownKey, "unknown key \(entry.key) \(place)", at: entry.keyLocation,
        help: "keys here: \(known.joined(separator: ", "))", suggestion: suggestion))
  }

  private func nearestFact(_ key: String) -> String? {
    NearestName.of(key, among: rules.facts.map(\.key)).flatMap { near in
      rules.facts.first { $0.key == near }?.id
    }
  }

  private func keys(of section: String) -> [String] {
    rules.facts.filter { $0.section == section }.map(\.key)
  }

  private var topLevelKeys: [String] {
    var seen: Set<String> = []
    return rules.facts.map { $0.section ?? $0.id }.filter { seen.insert($0).inserted }
  }

  private mutating func requireKeys(at place: Location, apartFrom providing: Set<Int>) {
    for (index, fact) in rules.facts.enumerated()
    where fact.isRequired && !given.contains(fact.id) && !providing.contains(index) {
      errors.append(
        source.diagnostic(
          .missingKey, "the key \(fact.id) is missing", at: place,
          help: fact.example.map { "add `\(fact.id): \($0)`" }
            ?? "add `\(fact.id): \(fact.allowed)`"
        ))
    }
  }
}
