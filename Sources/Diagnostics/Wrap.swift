/// Sets text into lines.
package enum Wrap {
  /// A terminal of 80 columns, with two to spare.
  package static let width = 78

  /// - Parameters:
  ///   - first: what stands before the first line.
  ///   - rest: what stands before the others; as wide as `first` for a hanging indent.
  package static func lines(
    _ text: String, first: String = "", rest: String? = nil, width: Int = width
  ) -> [String] {
    let rest = rest ?? String(repeating: " ", count: TerminalText.width(first))
    var lines: [String] = []
    var line = first
    var isEmpty = true
    for word in text.split(whereSeparator: \.isWhitespace) {
      let needed = TerminalText.width(line) + TerminalText.width(word) + (isEmpty ? 0 : 1)
      if !isEmpty, needed > width {
        lines.append(line)
        line = rest
        isEmpty = true
      }
      line += (isEmpty ? "" : " ") + word
      isEmpty = false
    }
    return lines + [line]
  }
}
