import Diagnostics
import Rules
import Testing
import TestSupport

@Suite struct LoadingTests {
  private static let facts = """
    facts:
      size:
        type: count
        range: 1..100
        default: 5
        meaning: How many.
      often:
        type: rate
        range: never..10/s
        default: never
        meaning: How often.
      color:
        type: choice
        default: red
        meaning: Which.
        values: { red: the first, blue: the second }
      tools:
        type: set
        default: []
        meaning: What is there.
        values: { saw: cuts, file: smooths }
    """

  private func findings(_ text: String, facts: String = facts) -> [Diagnostic] {
    do throws(InvalidInput) {
      _ = try Ruleset(files: [
        RulesFile(path: "facts.yaml", bytes: Array(facts.utf8)),
        RulesFile(path: "table.yaml", bytes: Array(text.utf8)),
      ])
      return []
    } catch {
      return error.diagnostics
    }
  }

  private func table(_ rows: String, hit: String = "first") -> String {
    """
    tables:
      pick:
        meaning: m
        hit: \(hit)
        outputs: [a, b]
        rows:
    \(rows)
    """
  }

  @Test(arguments: [
    #"size: "<= 5""#, #"size: "[1..5)""#, #"size: "(1..5]""#, "size: 5", #"size: [1, "> 9"]"#,
    #"size: "-""#, "color: red", "color: [red, blue]", "color: not(red)",
    #"color: "not(red, blue)""#,
    #"tools has saw: "yes""#, #"often: "< 1/min""#, "often: never",
  ])
  func takesTheUnaryTestsOfDMN(test: String) {
    #expect(findings(table("      - { when: { \(test) }, then: a, because: b. }")).isEmpty)
  }

  @Test(arguments: [
    (#"size: "<= 5s""#, DiagnosticCode.badTest), ("size: many", .badTest),
    (#"size: "[1..5""#, .badTest), (#"size: "<>""#, .badTest), (#"often: "< 5""#, .badTest),
    ("color: green", .badTest), ("color: { a: b }", .badTest), ("colour: red", .unknownReference),
    ("tools: saw", .unknownReference), ("tools has axe: yes", .unknownReference),
  ])
  func refusesTestsThatAreNone(test: String, code: DiagnosticCode) {
    let found = findings(table("      - { when: { \(test) }, then: a, because: b. }"))
    #expect(found.map(\.code) == [code])
    #expect(found.first?.location?.line == 7)
  }

  @Test func findsWhatIsWrongWithRows() {
    #expect(findings(table("      - { then: c, because: b. }")).map(\.code) == [.badTable])
    #expect(findings(table("      - { then: a }")).map(\.code) == [.missingKey])
    #expect(findings(table("      - { then: a, because: \"{sise}\" }")).first?.suggestion == "size")
    #expect(
      findings(table("      - { then: a, because: b., wen: {} }")).map(\.code) == [.unknownKey])
    #expect(findings(table("      []", hit: "any")).map(\.code) == [.unknownValue])
  }

  @Test func findsTablesThatTestEachOther() {
    let found = findings(
      """
      tables:
        one:
          meaning: m
          hit: first
          outputs: [a]
          rows: [{ when: { two: a }, then: a, because: b. }]
        two:
          meaning: m
          hit: first
          outputs: [a]
          rows: [{ when: { one: a }, then: a, because: b. }]
      """)
    #expect(found.contains { $0.code == .cycle })
  }

  @Test(arguments: [
    ("size + size", "costs alone"), ("size / often", "may be 0"), ("size * size", "once only"),
    ("weight * size", "no fact"), ("size *", "missing"), ("(size", "expected )"),
    ("size * 5s", "units"), ("share(color) * size", "no set of constants"),
    ("0 * size", "factor of 0"),
  ])
  func keepsDerivedNumbersDecidable(formula: String, message: String) {
    let found = findings("numbers: { n: { kind: count, meaning: m, formula: \"\(formula)\" } }")
    #expect(found.map(\.code) == [.badFormula])
    #expect(found.first?.message.contains(message) == true, "\(found)")
  }

  @Test func calculatesExactly() throws {
    let rules = try Ruleset(files: [
      RulesFile(path: "facts.yaml", bytes: Array(Self.facts.utf8)),
      RulesFile(
        path: "n.yaml",
        bytes: Array(
          """
          constants: { share: { meaning: m, values: { red: 0.1, blue: 3 } } }
          numbers: { n: { kind: rate, meaning: m, formula: share(color) × size / 2s } }
          """.utf8)),
    ])
    let value = rules.numbers[0].monomial.value(at: rules.point(of: Assignment(rules.facts)))
    // 0.1 × 5 / 2 s is once in 4 s.
    #expect(value == Ratio(21600))
  }

  @Test func boundsWhatRulesMayCost() {
    let sum = (0..<50_000).map { _ in "1" }.joined(separator: "+")
    let formula = "numbers: { n: { kind: count, meaning: m, formula: \"\(sum)\" } }"
    #expect(findings(formula).first?.message == "longer than 2000 characters")
    let chain = (0..<1000).map {
      "  t\($0): { meaning: m, hit: first, outputs: [a], rows: [{ when: { t\($0 + 1): a }, "
        + "then: a, because: b. }] }"
    }
    #expect(findings("tables:\n" + chain.joined(separator: "\n")).first?.code == .tooLarge)
    let rows = String(repeating: "      - { then: a, because: b. }\n", count: 2001)
    #expect(findings(table(rows)).map(\.code) == [.tooLarge])
  }

  @Test(arguments: ["> 9223372036854775807", ">= 9223372036854775807", "< 0", "<= 0"])
  func takesBoundsAtTheEndsOfNumbers(test: String) {
    let row = "      - { when: { size: \"\(test)\" }, then: a, because: b. }"
    #expect(findings(table(row)).isEmpty)
  }

  @Test func reportsAllFilesAtOnce() {
    let found = findings("tables: 5\n", facts: Self.facts + "\n  bad: { type: weird, meaning: m }")
    #expect(Set(found.map(\.code)) == [.notAMapping, .unknownValue])
  }
}
