import Advisor
import Reports
import Rules

/// Renders `DECISION.md`: the advice as a record of an architecture decision.
package struct DecisionRecord {
  private let design: Design
  /// The advice for the requirements.
  private let advised: Advice
  /// The same for what was chosen: its costs and cautions.
  private let chosen: Advice
  private let leftOut: [String]
  private let titles: Titles

  /// - Parameter leftOut: fallbacks of the advice that cannot be had yet.
  package init(
    _ design: Design, advised: Advice, chosen: Advice, leftOut: [String], _ rules: Ruleset
  ) {
    self.design = design
    self.advised = advised
    self.chosen = chosen
    self.leftOut = leftOut
    titles = Titles(rules)
  }

  package var text: String {
    var blocks = [
      "# Updates reach the clients of \(design.name) by \(design.transport.title)",
      "Status: accepted. Date: (yours to fill in).",
    ]
    if let summary = design.summary { blocks.append(Markdown.escape(summary)) }
    blocks += [
      "## Decision",
      "The transport is **\(titles.titled(design.transport.id))**, the fan-out behind it "
        + "**\(titles.titled(design.engine.fanOut))**, on the engine "
        + "**\(titles.titled(design.engine.id))**.",
      reasons,
    ]
    blocks += Markdown.section("What would change it", flips)
    blocks += Markdown.section("Fallbacks", fallbacks)
    blocks += Markdown.section(
      "Not taken", Markdown.notes(advised.rejected.filter { !isChosen($0.id) }))
    blocks += Markdown.section("What it costs, roughly", Markdown.costs(chosen.costs))
    blocks += Markdown.section("What to watch out for", Markdown.notes(chosen.cautions))
    blocks += Markdown.section("What \(design.engine.title) keeps", kept)
    return blocks.joined(separator: "\n\n") + "\n"
  }

  /// One for each choice; for one that was not advised, its price.
  private var reasons: String {
    zip(advised.choices, chosen.choices).map { advised, chosen in
      guard advised.id != chosen.id else {
        let reason = advised.because.first
        return "- \(Markdown.escape(reason?.text ?? "")) (`\(reason?.rule ?? "")`)"
      }
      let price = self.advised.rejected.first { $0.id == chosen.id }?.text
      let reason = advised.because.first?.text ?? ""
      return
        "- **\(chosen.title): `\(chosen.id)` was chosen by hand; the advice is `\(advised.id)`.** "
        + Markdown.escape([reason, price].compactMap { $0 }.joined(separator: " "))
    }.joined(separator: "\n")
  }

  private var flips: String {
    let intro =
      isAdvised
      ? "The nearest values at which the advice is another, all else kept:"
      : "The nearest values at which the advice would be another, all else kept. It is not followed in all:"
    return advised.flips.isEmpty ? "" : intro + "\n\n" + Markdown.flips(advised.flips)
  }

  private var fallbacks: String {
    let built = chosen.fallbacks.filter { note in design.fallbacks.contains { $0.id == note.id } }
    let names = leftOut.map { "`\($0)`" }.joined(separator: ", ")
    let missing = "- Advised, too, but left out, as it cannot be generated yet: \(names)."
    return [Markdown.notes(built), leftOut.isEmpty ? "" : missing].filter { !$0.isEmpty }
      .joined(separator: "\n")
  }

  private var kept: String {
    let engine = design.engine
    return [
      "An update is answered 201 \(engine.answered). A cursor is valid until \(engine.epoch), as long as "
        + "what came after it is kept.",
      Markdown.table(["After", "there is"], engine.keeps.map { [$0.event, $0.what] }),
      "What decides: \(engine.decidedBy). \(engine.nodes)",
    ].joined(separator: "\n\n")
  }

  private var isAdvised: Bool {
    zip(advised.choices, chosen.choices).allSatisfy { $0.id == $1.id }
  }

  private func isChosen(_ id: String) -> Bool {
    [design.transport.id, design.engine.fanOut, design.engine.id].contains(id)
  }
}
