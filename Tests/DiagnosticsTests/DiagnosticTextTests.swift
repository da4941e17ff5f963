import Testing

@testable import Diagnostics

@Suite struct DiagnosticTextTests {
  @Test func pointsAtThePlace() {
    let diagnostic = Diagnostic(
      .unit, "unknown unit sec", at: Location(file: "s.yaml", line: 7, column: 14, length: 4),
      snippet: "  freshness: 5sec", help: "write 5s", suggestion: "5s")
    #expect(
      diagnostic.text == """
        s.yaml:7:14: error: unknown unit sec [unit]
         7 |   freshness: 5sec
           |              ^^^^
           help: write 5s
           did you mean: 5s
        """)
  }

  @Test func keepsTheCaretUnderWhatItMeans() {
    #expect(Excerpt(line: "東京: x", column: 5, length: 1).underline == "      ^")
    #expect(Excerpt(line: "\u{1B}a", column: 2, length: 1).underline == "      ^")
    #expect(Excerpt(line: "", column: 9, length: 3).underline == "^")
    let long = Excerpt(line: String(repeating: "a", count: 500) + "b", column: 501, length: 1)
    #expect(long.text.hasPrefix("…") && long.text.hasSuffix("b"))
    #expect(long.text.count == long.underline.count)
  }

  @Test func countsWhatIsNotShown() {
    let one = Diagnostic(.tab, "a tab")
    #expect([Diagnostic](repeating: one, count: 10).text.contains("more") == false)
    #expect([Diagnostic](repeating: one, count: 12).text.hasSuffix("… and 2 more"))
  }

  @Test(arguments: [
    ("conected", "connected"), ("moblie", "mobile"), ("Topic", "topic"), ("sse", "sse"),
    ("ab", "cb"),
  ])
  func findsTheNearestName(wrong: String, right: String) {
    #expect(NearestName.of(wrong, among: ["connected", "mobile", "topic", "sse", "cb"]) == right)
  }

  @Test(arguments: ["", "x", "quite something else", String(repeating: "connected", count: 99)])
  func suggestsNothingFarFetched(wrong: String) {
    #expect(NearestName.of(wrong, among: ["connected", "mobile", "a"]) == nil)
  }
}
