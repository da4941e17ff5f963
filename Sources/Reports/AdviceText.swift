import Advisor
import Diagnostics
import Rules

/// An advice for a terminal of 80 columns.
package struct AdviceText {
  private let advice: Advice
  private let titles: Titles
  private let style: Style

  package init(_ advice: Advice, _ rules: Ruleset, _ style: Style) {
    self.advice = advice
    titles = Titles(rules)
    self.style = style
  }

  package var text: String {
    var lines = header
    for (index, part) in advice.parts.enumerated() {
      lines += [""] + numbered(part.question ?? part.choices[0].title, index + 1)
      for choice in part.choices { lines += [""] + self.choice(choice) }
    }
    lines += section("Not taken", entries(advice.rejected))
    lines += section("What would change the answer", flips)
    lines += section("What it costs, roughly", costs)
    lines += section("What to watch out for", entries(advice.cautions))
    lines += section("Not stated, and it mattered", defaults)
    lines += ["", style.dim("Cards: tidings explain \(advice.choices.first?.id ?? "ID")")]
    return lines.joined(separator: "\n") + "\n"
  }

  private var header: [String] {
    var lines = [style.bold(TerminalText.escape(advice.name))]
    if let summary = advice.summary { lines += Wrap.lines(TerminalText.escape(summary)) }
    return lines
  }

  private func numbered(_ question: String, _ number: Int) -> [String] {
    Wrap.lines(question, first: "\(number). ").map(style.bold)
  }

  private func choice(_ choice: Advice.Choice) -> [String] {
    var lines = ["   \(choice.title): " + style.bold(style.green(titles.titled(choice.id)))]
    for reason in choice.because {
      lines += Wrap.lines(reason.text, first: "   - ")
      let facts = reason.facts.isEmpty ? "" : "  " + reason.facts.joined(separator: ", ")
      lines += Wrap.lines(reason.rule + facts, first: "     ").map(style.dim)
    }
    if choice.name == advice.choices.first?.name, !advice.fallbacks.isEmpty {
      lines += ["   Where a network does not carry it, in this order:"]
      for note in advice.fallbacks {
        lines += Wrap.lines("\(note.id): \(note.text)", first: "   - ")
      }
    }
    return lines
  }

  private func section(_ title: String, _ body: [String]) -> [String] {
    body.isEmpty ? [] : ["", style.bold(title), ""] + body
  }

  private func entries(_ notes: [Advice.Note]) -> [String] {
    notes.flatMap { note in
      [style.bold("   \(note.id)")] + Wrap.lines(note.text, first: "     ")
    }
  }

  private var flips: [String] {
    let width = advice.flips.map { $0.condition.count }.max() ?? 0
    return advice.flips.flatMap { flip in
      width > 38
        ? Wrap.lines(flip.condition, first: "   ") + Wrap.lines(flip.changes, first: "     → ")
        : Wrap.lines(flip.changes, first: "   \(flip.condition.padded(to: width))  → ")
    }
  }

  private var costs: [String] {
    let width = advice.costs.map { $0.cost.title.count }.max() ?? 0
    return advice.costs.map { "   \($0.cost.title.padded(to: width))  \($0.text)" }
  }

  private var defaults: [String] {
    advice.defaults.map { "   \($0.fact): \($0.value)" + style.dim("  (\($0.effectText))") }
  }
}

extension Advice {
  /// The choices under the questions that they answer.
  struct Part {
    var question: String?
    var choices: [Choice]
  }

  var parts: [Part] {
    var parts: [Part] = []
    for choice in choices {
      if choice.question == nil, !parts.isEmpty {
        parts[parts.count - 1].choices.append(choice)
      } else {
        parts.append(Part(question: choice.question, choices: [choice]))
      }
    }
    return parts
  }
}

extension Advice.Flip {
  /// `updates.freshness >= 2s`, `servers.state: heavy`
  package var condition: String {
    to.first.map("<>".contains) == true ? "\(fact) \(to)" : "\(fact): \(to)"
  }

  package var changes: String { then.map { "\($0.choice) \($0.id)" }.joined(separator: ", ") }
}

extension Advice.UsedDefault {
  var effectText: String { effects.map(\.rawValue).joined(separator: ", ") }
}

/// The names of options as the trade writes them, from the headings of their cards.
package struct Titles {
  private let titles: [String: String]

  package init(_ rules: Ruleset) {
    titles = Dictionary(
      rules.cards.compactMap { card in
        card.text.split(separator: "\n").first { $0.hasPrefix("# ") }
          .map { (card.id, String($0.dropFirst(2))) }
      }, uniquingKeysWith: { first, _ in first })
  }

  /// `Server-Sent Events (sse)`
  package func titled(_ id: String) -> String {
    guard let title = titles[id], title.lowercased() != id else { return titles[id] ?? id }
    return "\(title) (\(id))"
  }
}
