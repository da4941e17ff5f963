import Advisor
import Diagnostics
import Foundation
import JSON
import Reports
import Rules
import Specs
import Testing
import TestSupport

@Suite struct ReportTests {
  private let rules = OurRules.ruleset
  private let plain = Style(isColored: false)

  @Test func fitsATerminalOf80Columns() throws {
    var specs = RandomSpecs(rules, seed: 19)
    for _ in 0..<40 {
      let assignment = specs.next()
      let advice = try Advisor(rules).advise(assignment)
      let texts = [
        AdviceText(advice, rules, plain).text,
        TreeText(rules, path: Evaluation(rules, assignment), plain).text,
      ]
      for line in texts.flatMap({ $0.split(separator: "\n") }) {
        #expect(line.count <= 80, "\(line)")
        #expect(!line.contains("\u{1B}"))
      }
    }
    for card in rules.cards {
      for line in card.text.split(separator: "\n") { #expect(line.count <= 80, "\(card.id)") }
    }
  }

  @Test func opensWithTheTwoQuestionsAndTheirAnswers() throws {
    let text = AdviceText(
      try Advisor(rules).advise(try OurRules.assignment("updates: {freshness: 1s}")), rules,
      plain
    ).text
    let first = try #require(text.range(of: "1. How do clients connect and receive updates?"))
    let answer = try #require(text.range(of: "Transport: Server-Sent Events (sse)"))
    let second = try #require(text.range(of: "2. How are updates triggered at the source"))
    let last = try #require(text.range(of: "Not taken"))
    #expect(first.lowerBound < answer.lowerBound)
    #expect(answer.lowerBound < second.lowerBound)
    #expect(second.lowerBound < last.lowerBound)
  }

  @Test func theJSONHasTheFieldsOfItsContract() throws {
    var specs = RandomSpecs(rules, seed: 20)
    for _ in 0..<20 {
      let advice = try Advisor(rules).advise(specs.next())
      let parsed = try JSONSerialization.jsonObject(with: Data(advice.json.text().utf8))
      let object = try #require(parsed as? [String: Any])
      #expect(
        Set(object.keys) == [
          "tidings", "name", "transport", "fan-out", "engine", "fallbacks", "rejected", "flips",
          "cautions", "costs", "defaults",
        ])
      let transport = try #require(object["transport"] as? [String: Any])
      let because = try #require(transport["because"] as? [[String: Any]])
      #expect(Set(try #require(because.first).keys) == ["rule", "text", "facts"])
      let costs = try #require(object["costs"] as? [String: Double])
      #expect(
        Set(costs.keys) == [
          "delay-seconds", "requests-per-second", "egress-bytes-per-second", "connections",
          "connections-per-node", "memory-bytes-per-node", "nodes",
        ])
    }
  }

  @Test func drawsThePathOfASpec() throws {
    let evaluation = Evaluation(rules, try OurRules.assignment("updates: {freshness: 1s}"))
    let text = TreeText(rules, path: evaluation, plain).text
    #expect(text.contains("└══ yes ═▶ Frequent and both ways?"))
    #expect(text.contains("├══ no ═▶ sse  ◀"))
    #expect(!TreeText(rules, path: nil, plain).text.contains("◀"))
    let mermaid = TreeMermaid(rules, path: evaluation).text
    #expect(mermaid.hasPrefix("flowchart TD\n"))
    #expect(mermaid.contains("class n1,n3,n4,n5 path"))
    #expect(!TreeMermaid(rules, path: nil).text.contains("class"))
  }

  @Test func saysWhatANetworkMakesOfTheTree() throws {
    let evaluation = Evaluation(
      rules,
      try OurRules.assignment("{updates: {freshness: 1s}, clients: {network: [no-streaming]}}")
    )
    #expect(TreeText(rules, path: evaluation, plain).text.contains("sse becomes long-polling: "))
  }

  @Test func explainsCardsFactsAndRows() {
    let explanations = Explanations(rules, plain)
    #expect(explanations.card("sse")?.hasPrefix("# Server-Sent Events\n") == true)
    #expect(explanations.card("updates.freshness")?.contains("Default: 5s") == true)
    #expect(explanations.card("nothing") == nil)
    for table in rules.tables {
      for row in table.rows {
        let text = explanations.row(
          file: row.rule.split(separator: ":").first.map(String.init) ?? "",
          line: row.location.line)
        #expect(text?.contains(table.outputs[row.output]) == true, "\(row.rule)")
      }
    }
  }

  @Test func textFromOutsideStaysText() throws {
    var assignment = try OurRules.assignment("{}")
    let summary = try #require(rules.factIndex("summary"))
    assignment.state(summary, as: .word("*a* <b> [c](d) | `e`\n# f \u{1B}[31m\u{202E}"))
    let advice = try Advisor(rules).advise(assignment)
    let markdown = AdviceMarkdown(advice, rules).text
    #expect(markdown.contains(##"\*a\* \<b\> \[c\](d) \| \`e\` \# f"##))
    for text in [markdown, AdviceText(advice, rules, plain).text, advice.json.text()] {
      #expect(!text.contains("\u{1B}") && !text.contains("\u{202E}"))
    }
  }
}
