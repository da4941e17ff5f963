import Testing

@testable import Diagnostics

@Suite struct TerminalTextTests {
  @Test(arguments: [
    ("plain", "plain"),
    ("\u{1B}[31mred", "\\u{1B}[31mred"),
    ("a\u{202E}b", "a\\u{202E}b"),
    ("a\u{2066}b\u{2069}", "a\\u{2066}b\\u{2069}"),
    ("\u{9B}2J", "\\u{9B}2J"),
    ("tab\tnul\0", "tab\\tnul\\u{0}"),
    ("Zürich 東京", "Zürich 東京"),
  ])
  func escapesWhatCouldSteerATerminal(input: String, expected: String) {
    #expect(TerminalText.escape(input) == expected)
  }

  @Test func countsTheColumnsOfWideCharacters() {
    #expect(TerminalText.width("abc") == 3)
    #expect(TerminalText.width("東京") == 4)
    #expect(TerminalText.width("e\u{301}") == 1)
  }
}
