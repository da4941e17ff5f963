import Diagnostics
import JSON
import Quantities
import Rules

/// What `explain` can tell: cards, facts, rows.
package struct Explanations {
  private let rules: Ruleset
  private let style: Style

  package init(_ rules: Ruleset, _ style: Style) {
    self.rules = rules
    self.style = style
  }

  /// All that can be asked for, by sort.
  package var index: String {
    var lines: [String] = []
    for choice in rules.choices {
      lines += list(rules.tables[choice].title, rules.tables[choice].outputs)
    }
    let cautions = rules.tables(.cautions).flatMap { rules.tables[$0].outputs }
    lines += list("Cautions", cautions)
    let named = Set(rules.choices.flatMap { rules.tables[$0].outputs } + cautions)
    lines += list("More", rules.cards.map(\.id).filter { !named.contains($0) })
    lines += list("Facts", rules.facts.map(\.id))
    lines += list("Tables and numbers", rules.tables.map(\.name) + rules.numbers.map(\.name))
    lines += [style.bold("Rows"), "  a file of rules and a line, such as choose-transport.yaml:31"]
    return lines.joined(separator: "\n") + "\n"
  }

  private func list(_ title: String, _ ids: [String]) -> [String] {
    if ids.isEmpty { return [] }
    return [style.bold(title)] + Wrap.lines(ids.joined(separator: ", "), first: "  ") + [""]
  }

  /// Every id that can be explained, to suggest the nearest.
  package var ids: [String] {
    rules.cards.map(\.id) + rules.facts.map(\.id) + rules.tables.map(\.name)
      + rules.numbers.map(\.name)
  }

  package func card(_ id: String) -> String? {
    if let card = rules.card(id) { return dressed(card.text) }
    if let index = rules.tableIndex(id) { return table(rules.tables[index]) }
    if let number = rules.numbers.first(where: { $0.name == id }) { return self.number(number) }
    return rules.fact(id).map(fact)
  }

  private func table(_ table: Table) -> String {
    var lines = [style.bold("# \(table.name)"), ""] + Wrap.lines(table.meaning)
    lines += ["", "Hit policy: \(table.hit.rawValue)", "Rows"]
    for row in table.rows {
      lines += Wrap.lines("\(row.rule)  \(row.condition.text)", first: "  ", rest: "    ")
      lines.append("    → \(table.outputs[row.output])")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private func number(_ number: DerivedNumber) -> String {
    var lines = [style.bold("# \(number.name)"), ""] + Wrap.lines(number.meaning)
    lines += ["", "Formula"] + Wrap.lines(number.formulaText, first: "  ")
    return lines.joined(separator: "\n") + "\n"
  }

  private func dressed(_ markdown: String) -> String {
    guard style.isColored else { return markdown }
    return markdown.split(separator: "\n", omittingEmptySubsequences: false)
      .map { $0.hasPrefix("#") ? style.bold(String($0)) : String($0) }
      .joined(separator: "\n")
  }

  private func fact(_ fact: Fact) -> String {
    var lines = [style.bold("# \(fact.id)"), ""] + Wrap.lines(fact.meaning)
    if let question = fact.question { lines += ["", "Question: \(question)"] }
    lines += ["", "Value"] + Wrap.lines(fact.allowed, first: "  ")
    for word in fact.words {
      if let meaning = fact.valueMeanings[word] {
        lines += Wrap.lines(meaning, first: "  \(word): ", rest: "      ")
      }
    }
    if let value = fact.defaultValue { lines += ["", "Default: \(value)"] }
    if let example = fact.example { lines += ["Example: \(example)"] }
    if let yardstick = fact.yardstick {
      lines += ["", "Yardstick"] + Wrap.lines(yardstick, first: "  ")
    }
    if !fact.appliesWhen.isEmpty {
      let conditions = fact.appliesWhen.map(\.text).joined(separator: ", or ")
      lines += ["", "Has an effect with"] + Wrap.lines(conditions, first: "  ")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// The row at a line of a file, if one reaches over it.
  package func row(file: String, line: Int) -> String? {
    for table in rules.tables {
      for row in table.rows where row.rule.hasPrefix(file + ":") {
        if (row.location.line...max(row.location.line, row.lastLine)).contains(line) {
          return text(row, of: table)
        }
      }
    }
    return nil
  }

  /// The files that have rows.
  package var files: [String] {
    var seen: Set<String> = []
    return rules.tables.flatMap(\.rows)
      .compactMap { $0.rule.split(separator: ":").first.map(String.init) }
      .filter { seen.insert($0).inserted }
  }

  private func text(_ row: Row, of table: Table) -> String {
    var lines = [style.bold("\(row.rule)  \(table.name)"), ""] + Wrap.lines(table.meaning)
    lines += ["Hit policy: \(table.hit.rawValue)", "", "When"]
    lines +=
      row.condition.cells.isEmpty
      ? ["  nothing else held"] : row.condition.cells.map { "  \($0)" }
    lines += ["Then", "  \(table.outputs[row.output])", "Because"]
    lines += Wrap.lines(rules.source(of: row.because), first: "  ")
    if let source = row.source { lines += ["Source"] + Wrap.lines(source, first: "  ") }
    return lines.joined(separator: "\n") + "\n"
  }
}

extension Table {
  /// The title of a choice, else the name.
  var title: String {
    if case .choice(let title) = role { return title }
    return name
  }
}

extension Ruleset {
  /// A sentence with the names of its values in braces, as it is written.
  fileprivate func source(of template: Template) -> String {
    template.pieces.map { piece in
      switch piece {
      case .text(let text): text
      case .fact(let fact): "{\(facts[fact].id)}"
      case .number(let number): "{\(numbers[number].name)}"
      case .table(let table): "{\(tables[table].name)}"
      }
    }.joined()
  }
}
