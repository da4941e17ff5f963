import Diagnostics
import YAML

/// Findings while rules are read; one for all readers of a load.
final class Problems {
  private(set) var diagnostics: [Diagnostic] = []

  func report(_ diagnostic: Diagnostic) {
    diagnostics.append(diagnostic)
  }
}

/// The keys of a mapping that has a fixed set of them.
struct Fields {
  let node: Node
  let source: SourceText
  let problems: Problems

  /// Reports keys that are not `known`, and a node that is no mapping.
  init(_ node: Node, in source: SourceText, known: [String], _ problems: Problems) {
    self.node = node
    self.source = source
    self.problems = problems
    guard let entries = node.mapping else {
      report(.notAMapping, "expected keys and values, found \(node.kind)", at: node.location)
      return
    }
    for entry in entries where !known.contains(entry.key) {
      problems.report(
        source.diagnostic(
          .unknownKey, "unknown key \(entry.key)", at: entry.keyLocation,
          help: "keys here: \(known.joined(separator: ", "))",
          suggestion: NearestName.of(entry.key, among: known)))
    }
  }

  func report(
    _ code: DiagnosticCode, _ message: String, at location: Location, help: String? = nil,
    suggestion: String? = nil
  ) {
    problems.report(
      source.diagnostic(code, message, at: location, help: help, suggestion: suggestion))
  }

  /// The scalar under `key`, `nil` if there is none.
  func text(_ key: String) -> String? {
    guard let value = node[key] else { return nil }
    guard let text = value.scalar, !value.isNull else {
      report(.wrongShape, "\(key) wants a single value, found \(value.kind)", at: value.location)
      return nil
    }
    return text
  }

  func required(_ key: String) -> String? {
    reportMissing(key)
    return text(key)
  }

  private func reportMissing(_ key: String) {
    if node.mapping != nil, node[key] == nil {
      report(.missingKey, "\(key) is missing", at: node.location)
    }
  }

  /// The word under `key`, if it is one of `known`.
  func word(_ key: String, among known: [String]) -> String? {
    guard let word = text(key) else { return nil }
    if known.contains(word) { return word }
    report(
      .unknownValue, "unknown \(key) \(word)", at: node[key]?.location ?? node.location,
      help: "\(key): \(known.joined(separator: ", "))",
      suggestion: NearestName.of(word, among: known))
    return nil
  }

  /// The word under `key`, which must be there.
  func required(_ key: String, among known: [String]) -> String? {
    reportMissing(key)
    return word(key, among: known)
  }

  /// The scalars of the list under `key`.
  func texts(_ key: String) -> [String]? {
    guard let value = node[key] else { return nil }
    guard let items = value.sequence, items.allSatisfy({ $0.scalar != nil }) else {
      report(.wrongShape, "\(key) wants a list of single values", at: value.location)
      return nil
    }
    return items.compactMap(\.scalar)
  }

  func entries(_ key: String) -> [Node.Entry] {
    guard let value = node[key] else { return [] }
    guard let entries = value.mapping else {
      report(.notAMapping, "\(key) wants keys and values, found \(value.kind)", at: value.location)
      return []
    }
    return entries
  }

  func items(_ key: String) -> [Node] {
    guard let value = node[key] else { return [] }
    guard let items = value.sequence else {
      report(.wrongShape, "\(key) wants a list, found \(value.kind)", at: value.location)
      return []
    }
    return items
  }
}
