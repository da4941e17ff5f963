import Diagnostics

/// How text is dressed for where it is shown.
package struct Style: Sendable {
  package var isColored: Bool

  package init(isColored: Bool) {
    self.isColored = isColored
  }

  package func bold(_ text: String) -> String { dress(text, "1") }
  package func dim(_ text: String) -> String { dress(text, "2") }
  package func green(_ text: String) -> String { dress(text, "32") }

  private func dress(_ text: String, _ code: String) -> String {
    isColored && !text.isEmpty ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
  }
}

extension String {
  func padded(to width: Int) -> String {
    self + String(repeating: " ", count: max(0, width - TerminalText.width(self)))
  }
}
