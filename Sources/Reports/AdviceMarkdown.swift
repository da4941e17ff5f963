import Advisor
import Rules

/// An advice as Markdown, for a repository or a review.
package struct AdviceMarkdown {
  private let advice: Advice
  private let titles: Titles

  package init(_ advice: Advice, _ rules: Ruleset) {
    self.advice = advice
    titles = Titles(rules)
  }

  package var text: String {
    var blocks = ["# \(advice.name)"]
    if let summary = advice.summary { blocks.append(Markdown.escape(summary)) }
    for (index, part) in advice.parts.enumerated() {
      blocks.append("## \(index + 1). \(part.question ?? part.choices[0].title)")
      for choice in part.choices { blocks += self.choice(choice) }
    }
    blocks += Markdown.section("Not taken", Markdown.notes(advice.rejected))
    blocks += Markdown.section("What would change the answer", Markdown.flips(advice.flips))
    blocks += Markdown.section("What it costs, roughly", Markdown.costs(advice.costs))
    blocks += Markdown.section("What to watch out for", Markdown.notes(advice.cautions))
    blocks += Markdown.section("Not stated, and it mattered", defaults)
    return blocks.joined(separator: "\n\n") + "\n"
  }

  private func choice(_ choice: Advice.Choice) -> [String] {
    var blocks = ["**\(choice.title): \(titles.titled(choice.id))**"]
    blocks.append(
      choice.because.map { reason in
        let facts = reason.facts.map { "`\($0)`" }.joined(separator: ", ")
        let decided = facts.isEmpty ? "" : "; \(facts)"
        return "- \(Markdown.escape(reason.text)) (`\(reason.rule)`\(decided))"
      }.joined(separator: "\n"))
    if choice.name == advice.choices.first?.name, !advice.fallbacks.isEmpty {
      blocks.append("Where a network does not carry it, in this order:")
      blocks.append(Markdown.notes(advice.fallbacks))
    }
    return blocks
  }

  private var defaults: String {
    advice.defaults.map { "- `\($0.fact): \($0.value)` (\($0.effectText))" }.joined(separator: "\n")
  }
}

package enum Markdown {
  /// Text that shows as it is written, on one line.
  package static func escape(_ text: String) -> String {
    let text = text.drop(while: \.isWhitespace)
    // What would begin a list.
    let digits = text.prefix(while: \.isNumber)
    let rest = text.dropFirst(digits.count)
    guard let mark = rest.first, (digits.isEmpty ? "-+" : ".)").contains(mark) else {
      return escaped(text)
    }
    return "\(digits)\\\(mark)" + escaped(rest.dropFirst())
  }

  /// - Returns: an empty text for a table without rows.
  package static func table(_ head: [String], _ rows: [[String]]) -> String {
    if rows.isEmpty { return "" }
    let lines = [head, head.map { _ in "---" }] + rows
    return lines.map { "| " + $0.joined(separator: " | ") + " |" }.joined(separator: "\n")
  }

  package static func notes(_ notes: [Advice.Note]) -> String {
    notes.map { "- `\($0.id)`: \(escape($0.text))" }.joined(separator: "\n")
  }

  package static func flips(_ flips: [Advice.Flip]) -> String {
    table(["If", "then"], flips.map { ["`\($0.condition)`", $0.changes] })
  }

  package static func costs(_ costs: [Advice.CostFigure]) -> String {
    table(
      ["What", "How much", "Counted as"],
      costs.map { [$0.cost.title, $0.text, escape($0.cost.meaning)] })
  }

  /// - Returns: nothing for a section that says nothing.
  package static func section(_ title: String, _ body: String) -> [String] {
    body.isEmpty ? [] : ["## \(title)", body]
  }

  private static func escaped(_ text: Substring) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      if scalar.properties.isWhitespace {
        result += " "
      } else if "\\`*_[]<>|#&~$".unicodeScalars.contains(scalar) {
        result += "\\" + String(Character(scalar))
      } else if scalar.properties.generalCategory == .control
        || scalar.properties.generalCategory == .format
      {
        result += "\u{FFFD}"
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
