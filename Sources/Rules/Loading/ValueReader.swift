import Diagnostics
import Quantities
import YAML

/// Reads a value of a fact as a spec writes it, with a finding that says what would be right.
package struct ValueReader {
  let fact: Fact
  let source: SourceText

  package init(fact: Fact, source: SourceText) {
    self.fact = fact
    self.source = source
  }

  package func read(_ node: Node) -> Result<Value, InvalidInput> {
    if node.isNull { return .failure(invalid(.missingValue, "\(fact.id) has no value", node)) }
    switch fact.shape {
    case .set(let elements):
      return set(node, elements)
    case .number(let kind, let range):
      return scalar(node).flatMap { number($0, kind, range, node) }
    case .choice(let words):
      return scalar(node).flatMap { word($0, words, node) }
    case .flag:
      return scalar(node).flatMap { flag($0, node) }
    case .name:
      return scalar(node).flatMap { name($0, node) }
    case .text:
      return scalar(node).flatMap { text($0, node) }
    case .version:
      return scalar(node).flatMap { version($0, node) }
    }
  }

  private func scalar(_ node: Node) -> Result<String, InvalidInput> {
    guard let text = node.scalar else {
      return .failure(
        invalid(.wrongShape, "\(fact.id) wants a single value, found \(node.kind)", node))
    }
    return .success(text)
  }

  private func number(
    _ text: String, _ kind: Kind, _ range: ClosedRange<Int64>, _ node: Node
  ) -> Result<Value, InvalidInput> {
    do throws(QuantityError) {
      let quantity = try Quantity(parsing: text, as: kind)
      guard range.contains(quantity.grains) else { return .failure(outOfRange(text, node)) }
      return .success(.number(quantity))
    } catch {
      return .failure(describe(error, text, kind, node))
    }
  }

  private func describe(
    _ error: QuantityError, _ text: String, _ kind: Kind, _ node: Node
  ) -> InvalidInput {
    let form = "write \(kind.form)"
    switch error {
    case .notANumber:
      return invalid(.number, "\(text) is not a number", node, help: form)
    case .negative:
      return invalid(.number, "\(text) is negative", node, help: form)
    case .leadingZero:
      return invalid(.number, "\(text) begins with a zero", node, help: form)
    case .fraction(let instead):
      return invalid(
        .number, "\(text) is a fraction", node, help: "\(form); whole numbers only",
        suggestion: instead)
    case .missingUnit:
      return invalid(.unit, "\(text) has no unit", node, help: form)
    case .unknownUnit(let unit, let suggestion):
      return invalid(
        .unit, "unknown unit \(unit)", node, help: form,
        suggestion: suggestion)
    case .unneededUnit(let unit):
      return invalid(.unit, "a count has no unit, found \(unit)", node, help: form)
    case .overflow:
      return outOfRange(text, node)
    case .zero:
      return invalid(.number, "\(text) is zero", node, help: form, suggestion: "never")
    }
  }

  private func outOfRange(_ text: String, _ node: Node) -> InvalidInput {
    invalid(.outOfRange, "\(text) is out of range", node, help: "\(fact.id) is \(fact.allowed)")
  }

  private func word(
    _ text: String, _ words: [String], _ node: Node
  ) -> Result<Value, InvalidInput> {
    if words.contains(text) { return .success(.word(text)) }
    return .failure(
      invalid(
        .unknownValue, "unknown value \(text)", node, help: "\(fact.id) is \(fact.allowed)",
        suggestion: NearestName.of(text, among: words)))
  }

  private func flag(_ text: String, _ node: Node) -> Result<Value, InvalidInput> {
    if Fact.flagWords.contains(text) { return .success(.word(text)) }
    let suggestion: String? =
      switch text.lowercased() {
      case "yes", "on", "y", "1", "true": "true"
      case "no", "off", "n", "0", "false": "false"
      default: NearestName.of(text, among: Fact.flagWords)
      }
    return .failure(
      invalid(
        .unknownValue, "unknown value \(text)", node, help: "\(fact.id) is \(fact.allowed)",
        suggestion: suggestion))
  }

  private func set(_ node: Node, _ elements: [String]) -> Result<Value, InvalidInput> {
    guard let items = node.sequence else {
      return .failure(
        invalid(
          .wrongShape, "\(fact.id) wants a list, found \(node.kind)", node,
          help: "write the elements in brackets",
          suggestion: node.scalar.flatMap { NearestName.of($0, among: elements) }.map { "[\($0)]" })
      )
    }
    var problems: [Diagnostic] = []
    var found: [String: Location] = [:]
    for item in items where problems.count < [Diagnostic].enough {
      switch scalar(item).flatMap({ word($0, elements, item) }) {
      case .success(let value):
        if let first = found[value.description] {
          problems +=
            invalid(
              .repeatedValue, "\(value) stands twice in \(fact.id)", item,
              help: "it stands at \(first.line):\(first.column) already"
            ).diagnostics
        }
        found[value.description] = item.location
      case .failure(let invalid):
        problems += invalid.diagnostics
      }
    }
    guard problems.isEmpty else { return .failure(InvalidInput(problems)) }
    return .success(.set(elements.filter { found[$0] != nil }))
  }

  private func name(_ text: String, _ node: Node) -> Result<Value, InvalidInput> {
    func isWordCharacter(_ character: Character) -> Bool {
      character.isASCII && (character.isLetter || character.isNumber)
    }
    let isName =
      (1...63).contains(text.count) && text.allSatisfy { isWordCharacter($0) || $0 == "-" }
      && text.first.map(isWordCharacter) == true && text.last.map(isWordCharacter) == true
    if isName { return .success(.word(text)) }
    let words = text.split { !isWordCharacter($0) }
    let suggestion = words.isEmpty ? nil : String(words.joined(separator: "-").prefix(63))
    return .failure(
      invalid(
        .name, "\(text.isEmpty ? "nothing" : text) is no name", node,
        help: "1 to 63 ASCII letters, digits and hyphens, a hyphen neither first nor last",
        suggestion: suggestion))
  }

  /// A sentence, not a document.
  private static let longestText = 1000

  private func text(_ text: String, _ node: Node) -> Result<Value, InvalidInput> {
    guard text.utf8.count <= Self.longestText else {
      return .failure(
        invalid(
          .outOfRange, "\(fact.id) is longer than \(Self.longestText) bytes", node,
          help: "one sentence"))
    }
    guard !text.unicodeScalars.contains("\0") else {
      return .failure(invalid(.controlCharacter, "\(fact.id) holds a NUL character", node))
    }
    return .success(.word(text))
  }

  private func version(_ text: String, _ node: Node) -> Result<Value, InvalidInput> {
    if text == "1" { return .success(.word(text)) }
    return .failure(
      invalid(
        .version, "version \(text) of the vocabulary is not known", node,
        help: "this tidings reads version 1", suggestion: "1"))
  }

  private func invalid(
    _ code: DiagnosticCode, _ message: String, _ node: Node, help: String? = nil,
    suggestion: String? = nil
  ) -> InvalidInput {
    InvalidInput([
      source.diagnostic(
        code, message, at: node.location, help: help ?? "\(fact.id) is \(fact.allowed)",
        suggestion: suggestion)
    ])
  }
}

extension Fact {
  /// What the fact's value can be, for messages and questions.
  package var allowed: String {
    switch shape {
    case .number(let kind, let range):
      "\(kind.form), from \(Quantity(kind, grains: range.lowerBound)) to "
        + "\(Quantity(kind, grains: range.upperBound))"
    case .choice, .flag: "one of " + words.joined(separator: ", ")
    case .set: "a list of any of " + words.joined(separator: ", ")
    case .name: "a short name of ASCII letters, digits and hyphens"
    case .text: "a sentence"
    case .version: "1"
    }
  }
}
