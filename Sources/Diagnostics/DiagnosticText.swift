extension Diagnostic {
  /// The finding as a terminal shows it: one line, then the place, then what would be right.
  package var text: String {
    var lines: [String] = []
    let place = location.map { "\(TerminalText.escape($0.file)):\($0.line):\($0.column): " } ?? ""
    lines.append("\(place)\(severity.rawValue): \(TerminalText.escape(message)) [\(code.rawValue)]")
    if let location, let snippet {
      let excerpt = Excerpt(line: snippet, column: location.column, length: location.length)
      let number = String(location.line)
      let gutter = String(repeating: " ", count: number.count)
      lines.append(" \(number) | \(excerpt.text)")
      lines.append(" \(gutter) | \(excerpt.underline)")
    }
    if let help {
      lines.append("   help: \(TerminalText.escape(help))")
    }
    if let suggestion {
      lines.append("   did you mean: \(TerminalText.escape(suggestion))")
    }
    return lines.joined(separator: "\n")
  }
}

extension [Diagnostic] {
  /// Findings beyond this many are counted, not shown.
  package static var shown: Int { 10 }

  /// All findings as text, at most ten of them.
  package var text: String {
    var parts = prefix(Self.shown).map(\.text)
    if count > Self.shown {
      parts.append("… and \(count - Self.shown) more")
    }
    return parts.joined(separator: "\n")
  }
}

/// A line of the input cut to what a terminal can show around the place that is meant, with
/// carets under that place.
struct Excerpt {
  let text: String
  let underline: String

  /// Columns of a terminal; leaves room for the gutter in 80.
  private static let width = 70

  init(line: String, column: Int, length: Int) {
    let scalars = Array(line.unicodeScalars)
    let start = min(max(0, column - 1), scalars.count)
    let end = min(start + max(1, length), max(scalars.count, start))
    let from = start > Self.width * 2 / 3 ? start - Self.width / 3 : 0

    var text = from > 0 ? "…" : ""
    var columns = TerminalText.width(text)
    var before = columns
    var under = 0
    var index = from
    while index < scalars.count {
      let shown = Self.shown(scalars[index])
      let width = TerminalText.width(shown)
      if columns + width > Self.width {
        text += "…"
        break
      }
      text += shown
      columns += width
      if index < start { before += width } else if index < end { under += width }
      index += 1
    }
    self.text = text
    underline = String(repeating: " ", count: before) + String(repeating: "^", count: max(1, under))
  }

  private static func shown(_ scalar: Unicode.Scalar) -> String {
    TerminalText.isUnsafe(scalar) ? TerminalText.escape(scalar) : String(Character(scalar))
  }
}
