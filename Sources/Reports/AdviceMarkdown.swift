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
    blocks += section("Not taken", notes(advice.rejected))
    blocks += section("What would change the answer", flips)
    blocks += section("What it costs, roughly", costs)
    blocks += section("What to watch out for", notes(advice.cautions))
    blocks += section("Not stated, and it mattered", defaults)
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
      blocks.append(notes(advice.fallbacks))
    }
    return blocks
  }

  private func section(_ title: String, _ body: String) -> [String] {
    body.isEmpty ? [] : ["## \(title)", body]
  }

  private func notes(_ notes: [Advice.Note]) -> String {
    notes.map { "- `\($0.id)`: \(Markdown.escape($0.text))" }.joined(separator: "\n")
  }

  private var flips: String {
    table(["If", "then"], advice.flips.map { ["`\($0.condition)`", $0.changes] })
  }

  private var costs: String {
    table(
      ["What", "How much", "Counted as"],
      advice.costs.map { [$0.cost.title, $0.text, Markdown.escape($0.cost.meaning)] })
  }

  private var defaults: String {
    advice.defaults.map { "- `\($0.fact): \($0.value)` (\($0.effectText))" }.joined(separator: "\n")
  }

  private func table(_ head: [String], _ rows: [[String]]) -> String {
    if rows.isEmpty { return "" }
    let lines = [head, head.map { _ in "---" }] + rows
    return lines.map { "| " + $0.joined(separator: " | ") + " |" }.joined(separator: "\n")
  }
}

package enum Markdown {
  /// Text that shows as it is written, on one line.
  package static func escape(_ text: String) -> String {
    let text = text.drop(while: \.isWhitespace)
    // What would begin a list.
    let digits = text.prefix(while: \.isNumber)
    let mark = text.dropFirst(digits.count).first
    var result = ""
    if digits.isEmpty ? mark == "-" || mark == "+" : mark == "." || mark == ")" {
      result = digits + "\\" + text.dropFirst(digits.count).prefix(1)
      return result + escaped(text.dropFirst(digits.count + 1))
    }
    return escaped(text)
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
