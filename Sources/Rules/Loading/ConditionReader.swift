import Diagnostics
import Quantities
import YAML

/// Reads `when:` mappings: what is tested, and the test in the unary form of DMN.
struct ConditionReader {
  let names: Names
  let source: SourceText

  /// A condition, or a list of them of which any suffices.
  func conditions(of node: Node?) -> [Condition] {
    guard let node else { return [] }
    return (node.sequence ?? [node]).compactMap(condition)
  }

  func condition(_ node: Node) -> Condition? {
    guard let entries = node.mapping else {
      report(
        .notAMapping, "expected tests, found \(node.kind)", at: node.location,
        help: "write `{ fact: test, … }`")
      return nil
    }
    let cells = entries.map { cell(subject: $0.key, at: $0.keyLocation, $0.value) }
    return cells.contains { $0 == nil } ? nil : Condition(cells.compactMap { $0 })
  }

  func cell(subject: String, at location: Location, _ node: Node) -> Cell? {
    guard let texts = node.scalar.map({ [$0] }) ?? node.sequence?.compactMap(\.scalar),
      !texts.isEmpty
    else {
      report(
        .badTest, "expected a test, found \(node.kind)", at: node.location,
        help: "a value, a list of values, \"<= 2s\", \"[1s..5s)\", \"-\"")
      return nil
    }
    let text = node.scalar ?? "[" + texts.joined(separator: ", ") + "]"
    guard let test = test(of: subject, at: location, texts, node) else { return nil }
    return Cell(subject: subject, text: text, test: test, location: location)
  }

  private func test(
    of subject: String, at location: Location, _ texts: [String], _ node: Node
  ) -> Test? {
    if texts == ["-"] { return .any }
    if let index = names.space.variable(named: subject) {
      let variable = names.space.variables[index]
      guard let kind = variable.kind else {
        return mask(texts, of: variable.words, node).map { .variable(index, in: .values($0)) }
      }
      return numbers(texts, kind, variable.domain, node).map { .variable(index, in: $0) }
    }
    if let index = names.number(named: subject) {
      return bounds(texts, names.numbers[index].kind, node).map { .number(index, within: $0) }
    }
    if let index = names.table(named: subject) {
      guard names.tables[index].hit != .collect else {
        report(
          .badTest, "\(subject) collects rows and has no one output to test", at: location,
          help: "test a table whose hit policy is first or unique")
        return nil
      }
      return mask(texts, of: names.tables[index].outputs, node).map {
        .output(table: index, in: $0)
      }
    }
    let fact = subject.split(separator: " ").first.map(String.init) ?? subject
    if names.unreadable.contains(fact) { return nil }
    report(
      .unknownReference, "\(subject) is no fact, number or table", at: location,
      help: names.facts.contains { $0.id == subject }
        ? "of a list test one element: `\(subject) has …: yes`"
        : "a test names a fact, a derived number or a table",
      suggestion: NearestName.of(subject, among: names.testable))
    return nil
  }

  /// Words of which any will do, or `not(…)`.
  private func mask(_ texts: [String], of words: [String], _ node: Node) -> UInt64? {
    var texts = texts
    var isNegated = false
    if texts.count == 1, let inner = UnaryTest.negated(texts[0]) {
      isNegated = true
      texts = inner.split(separator: ",").map { UnaryTest.trim($0) }
    }
    var mask: UInt64 = 0
    for text in texts {
      guard let index = words.firstIndex(of: text) else {
        report(
          .badTest, "\(text) is not among its values", at: node.location,
          help: "values: \(words.joined(separator: ", "))",
          suggestion: NearestName.of(text, among: words))
        return nil
      }
      mask |= 1 << UInt64(index)
    }
    return isNegated ? Variable.mask(words.count) & ~mask : mask
  }

  private func numbers(
    _ texts: [String], _ kind: Kind, _ domain: Subset, _ node: Node
  ) -> Subset? {
    guard case .numbers(let all) = domain else { return nil }
    var result = IntervalSet.empty
    for text in texts {
      guard let bounds = bounds([text], kind, node) else { return nil }
      result = result.union(bounds.members(of: all))
    }
    return .numbers(result)
  }

  private func bounds(_ texts: [String], _ kind: Kind, _ node: Node) -> Bounds? {
    if texts.count == 1, let bounds = UnaryTest.bounds(texts[0], kind) { return bounds }
    let text = texts.count == 1 ? texts[0] : "a list"
    report(
      .badTest, "\(text) is not a test of a \(kind.rawValue)", at: node.location,
      help: "\"<= X\", \"[X..Y)\" or \"X\", with X \(kind.form)")
    return nil
  }

  private func report(
    _ code: DiagnosticCode, _ message: String, at location: Location, help: String? = nil,
    suggestion: String? = nil
  ) {
    names.problems.report(
      source.diagnostic(code, message, at: location, help: help, suggestion: suggestion))
  }
}

extension Bounds {
  /// The whole numbers of `set` within the bounds.
  func members(of set: IntervalSet) -> IntervalSet {
    guard let low = set.min, let high = set.max else { return .empty }
    var from = low
    var to = high
    // Ends of numbers are whole grains.
    if let lower {
      let end = Int64(clamping: lower.value.floor)
      guard lower.isIncluded || end < Int64.max else { return .empty }
      from = max(from, lower.isIncluded ? end : end + 1)
    }
    if let upper {
      let end = Int64(clamping: upper.value.floor)
      guard upper.isIncluded || end > Int64.min else { return .empty }
      to = min(to, upper.isIncluded ? end : end - 1)
    }
    return from <= to ? set.intersection(IntervalSet(from...to)) : .empty
  }
}
