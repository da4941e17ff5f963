import Diagnostics
import Rules
import YAML

/// `KEY=VALUE` as it is given on a command line or to a question.
package struct Override: Sendable {
  package var fact: Int
  package var value: Value

  /// - Parameter place: what messages call it: `--set`, `answer`.
  package init(_ text: String, place: String, _ rules: Ruleset) throws(InvalidInput) {
    guard let equals = text.firstIndex(of: "=") else {
      throw InvalidInput([
        Diagnostic(
          .yamlSyntax, "\(text) has no =", at: Location(file: place, line: 1, column: 1),
          snippet: text, help: "write KEY=VALUE, such as updates.freshness=5s")
      ])
    }
    let key = String(text[..<equals]).trimmed
    guard let fact = rules.factIndex(key) else {
      let near =
        NearestName.of(key, among: rules.facts.map(\.id))
        ?? rules.facts.first { $0.key == key }?.id
      throw InvalidInput([
        Diagnostic(
          .unknownKey, "unknown key \(key)",
          at: Location(file: place, line: 1, column: 1, length: key.unicodeScalars.count),
          snippet: text, help: "keys are written with their section: updates.freshness",
          suggestion: near)
      ])
    }
    self.fact = fact
    let written = String(text[text.index(after: equals)...])
    do throws(InvalidInput) {
      value = try AnswerReader(rules.facts[fact], place: place).read(written)
    } catch {
      // Shown is what was given, with the key before the value.
      let before = text[...equals].unicodeScalars.count
      throw InvalidInput(
        error.diagnostics.map { finding in
          var finding = finding
          let isInLine = finding.location?.line == 1
          let column = isInLine ? (finding.location?.column ?? 1) : 1
          finding.location = Location(
            file: place, line: 1, column: before + column, length: finding.location?.length ?? 1)
          finding.quote(text)
          return finding
        })
    }
  }
}

/// Reads a single value outside of a document, such as an answer in an interview.
package struct AnswerReader {
  private let fact: Fact
  private let place: String

  package init(_ fact: Fact, place: String) {
    self.fact = fact
    self.place = place
  }

  package func read(_ text: String) throws(InvalidInput) -> Value {
    var text = text.trimmed
    if text.isEmpty {
      throw InvalidInput([
        Diagnostic(
          .missingValue, "\(fact.id) has no value", at: Location(file: place, line: 1, column: 1),
          snippet: text, help: "\(fact.id) is \(fact.allowed)")
      ])
    }
    // Brackets are for documents; an answer may do without.
    if case .set = fact.shape, !text.hasPrefix("[") {
      text = "[" + text.split { $0 == "," || $0 == " " }.joined(separator: ", ") + "]"
    }
    let document: Document
    if case .text = fact.shape {
      document = try Document(Array(#""x""#.utf8), file: place)
      return try ValueReader(fact: fact, source: document.source)
        .read(Node(.scalar(text, isPlain: false), at: document.root.location)).get()
    }
    document = try Document(Array(text.utf8), file: place)
    return try ValueReader(fact: fact, source: document.source).read(document.root).get()
  }
}

extension String {
  /// Without spaces, tabs and line ends at both ends.
  package var trimmed: String {
    let start = drop(while: \.isWhitespace)
    return String(
      start[..<(start.lastIndex { !$0.isWhitespace }.map(start.index(after:)) ?? start.startIndex)])
  }
}
