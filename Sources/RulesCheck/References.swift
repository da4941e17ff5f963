import Diagnostics
import Rules

/// What nothing uses, what nobody is asked, and what has no card: across tables.
struct References {
  let rules: Ruleset
  /// What stands before the paths of cards.
  let folder: String
  let budget: Exploration.Budget

  func findings() -> [Finding] {
    unusedTables() + unusedOutputs() + unusedNumbers() + unusedConstants() + chains() + facts()
      + cards()
  }

  private var tests: [Test] { rules.tables.flatMap(\.rows).flatMap(\.condition.cells).map(\.test) }

  private var pieces: Set<Template.Piece> {
    Set(rules.tables.flatMap(\.rows).flatMap(\.because.pieces))
  }

  private var costNames: Set<String> { Set(rules.costs.flatMap { $0.formula.names }) }

  // MARK: Tables and numbers

  private func unusedTables() -> [Finding] {
    let tested = Set(tests.compactMap { if case .output(let table, _) = $0 { table } else { nil } })
    let quoted = pieces
    return rules.tables.enumerated().compactMap { index, table in
      guard table.role == .fact, !tested.contains(index), !quoted.contains(.table(index)),
        !costNames.contains(table.name)
      else { return nil }
      return finding(
        .unused, "nothing reads the table \(table.name)", table.location,
        help: "test it in another table, or make it a choice")
    }
  }

  private func unusedOutputs() -> [Finding] {
    rules.tables.flatMap { table in
      let given = Set(table.rows.map(\.output))
      return table.outputs.indices.filter { !given.contains($0) }.map { output in
        finding(
          .unused, "no row of the table \(table.name) gives \(table.outputs[output])",
          table.location, help: "remove it from the outputs, or add a row")
      }
    }
  }

  private func unusedNumbers() -> [Finding] {
    let tested = Set(
      tests.compactMap { if case .number(let number, _) = $0 { number } else { nil } })
    let quoted = pieces
    return rules.numbers.enumerated().compactMap { index, number in
      guard !tested.contains(index), !costNames.contains(number.name),
        !quoted.contains(.number(index))
      else { return nil }
      return finding(
        .unused, "nothing tests the number \(number.name)", number.location,
        help: "test it in a table, or remove it")
    }
  }

  private func unusedConstants() -> [Finding] {
    let used = costNames.union(rules.numbers.flatMap { $0.formula.names })
    return rules.constants.filter { !used.contains($0.name) }.map { constants in
      finding(
        .unused, "no formula uses the constants \(constants.name)", constants.location,
        help: "use them in a formula, or remove them")
    }
  }

  /// Proofs of a chain of tables stay small only while few derived numbers meet in it.
  private static let mostNumbers = 3

  private func chains() -> [Finding] {
    var behind: [Set<Int>] = []
    return rules.tables.compactMap { table in
      var numbers: Set<Int> = []
      for cell in table.rows.flatMap(\.condition.cells) {
        switch cell.test {
        case .number(let number, _): numbers.insert(number)
        case .output(let tested, _): numbers.formUnion(behind[tested])
        case .variable, .any: continue
        }
      }
      behind.append(numbers)
      guard numbers.count > Self.mostNumbers else { return nil }
      return finding(
        .badTable,
        "the table \(table.name) and those that it tests rest on \(numbers.count) derived numbers",
        table.location, help: "at most \(Self.mostNumbers) may meet in a chain of tables")
    }
  }

  // MARK: Facts

  private func facts() -> [Finding] {
    let testable = rules.facts.indices.filter { !rules.space.variablesOfFact[$0].isEmpty }
    let relevant = Set(Relevance(rules, budget: budget).all(of: testable, in: rules.space.whole))
    let quoted = pieces
    return testable.compactMap { index in
      let fact = rules.facts[index]
      if relevant.contains(index) {
        guard fact.question == nil else { return nil }
        return finding(
          .neverAsked, "\(fact.id) decides something and has no question", fact.location,
          help: "add a question, so that an interview can ask for it")
      }
      if fact.question != nil {
        return finding(
          .neverAsked, "\(fact.id) has a question that is never asked: no answer changes anything",
          fact.location, help: "use the fact in a table, or remove its question")
      }
      if costNames.contains(fact.id) || quoted.contains(.fact(index)) { return nil }
      return finding(
        .unused, "nothing uses the fact \(fact.id)", fact.location,
        help: "use it in a table or a cost, or remove it")
    }
  }

  // MARK: Cards

  private func cards() -> [Finding] {
    let needed = rules.tables.flatMap { table -> [(id: String, table: Table)] in
      table.isChoice || table.role == .cautions ? table.outputs.map { ($0, table) } : []
    }
    var findings = needed.filter { rules.card($0.id) == nil }.map { id, table in
      finding(
        .noCard, "\(id) has no card", table.location,
        help: "write cards/\(id).md: what it is, how it works, when, when not, cost, sources")
    }
    let ids = Set(needed.map(\.id))
    for card in rules.cards {
      let place = Location(file: "\(folder)cards/\(card.id).md", line: 1, column: 1)
      if !ids.contains(card.id) {
        findings.append(
          finding(
            .unknownReference, "the card \(card.id) is about nothing that the rules give", place,
            help: "name it after an option or a caution",
            suggestion: NearestName.of(card.id, among: ids.sorted())))
      }
      if !card.text.hasPrefix("# ") {
        findings.append(
          finding(
            .noCard, "the card \(card.id) has no title", place,
            help: "begin it with `# ` and its name as the trade writes it"))
      }
      findings += unknownFacts(in: card)
    }
    return findings
  }

  /// Words such as `updates.freshnes`: a section that facts have, and a key that none has.
  private func unknownFacts(in card: Card) -> [Finding] {
    let sections = Set(rules.facts.compactMap(\.section))
    var findings: [Finding] = []
    for (number, line) in card.text.split(separator: "\n", omittingEmptySubsequences: false)
      .enumerated()
    {
      let words = line.split {
        !($0.isLetter || $0.isNumber || $0 == "." || $0 == "-" || $0 == "/" || $0 == "@")
      }
      for word in words {
        let parts = word.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, let section = parts.first, sections.contains(String(section)),
          let key = parts.last, key.first?.isLowercase == true, rules.fact(String(word)) == nil
        else { continue }
        findings.append(
          finding(
            .unknownReference, "the card \(card.id) names \(word), which is no fact",
            Location(
              file: "\(folder)cards/\(card.id).md", line: number + 1,
              column: line[..<word.startIndex].unicodeScalars.count + 1,
              length: word.unicodeScalars.count),
            suggestion: NearestName.of(String(word), among: rules.facts.map(\.id))))
      }
    }
    return findings
  }

  private func finding(
    _ code: DiagnosticCode, _ message: String, _ location: Location, help: String? = nil,
    suggestion: String? = nil
  ) -> Finding {
    Finding(
      diagnostic: Diagnostic(code, message, at: location, help: help, suggestion: suggestion))
  }
}

extension Formula {
  /// All facts, numbers, tables, costs and constants that it names.
  fileprivate var names: [String] {
    switch self {
    case .figure: []
    case .name(let name, _): [name]
    case .call(let name, let arguments, _): [name] + arguments.flatMap(\.names)
    case .operation(_, let left, let right): left.names + right.names
    }
  }
}
