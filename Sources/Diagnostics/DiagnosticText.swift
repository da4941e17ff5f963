extension Diagnostic {
  /// The finding as a terminal shows it: one line, then the place, then what would be right.
  package var text: String {
    var lines: [String] = []
    let place = location.map { "\(TerminalText.escape($0.file)):\($0.line):\($0.column): " } ?? ""
    lines.append("\(place)\(severity.rawValue): \(Self.shown(message)) [\(code.rawValue)]")
    if let location, let snippet {
      let excerpt = Excerpt(
        line: snippet, from: snippetColumn, column: location.column, length: location.length)
      let number = String(location.line)
      let gutter = String(repeating: " ", count: number.count)
      lines.append(" \(number) | \(excerpt.text)")
      lines.append(" \(gutter) | \(excerpt.underline)")
    }
    if let help {
      lines.append("   help: \(Self.shown(help))")
    }
    if let suggestion {
      lines.append("   did you mean: \(Self.shown(suggestion))")
    }
    return lines.joined(separator: "\n")
  }

  /// Safe for a terminal, and cut where the input had put a book into one value.
  private static func shown(_ text: String) -> String {
    let longest = 400
    let start = text.unicodeScalars.prefix(longest + 1)
    guard start.count > longest else { return TerminalText.escape(text) }
    return TerminalText.escape(String(String.UnicodeScalarView(start.dropLast()))) + "…"
  }
}

extension [Diagnostic] {
  /// Findings beyond this many are counted, not shown.
  package static var shown: Int { 10 }

  /// Readers stop when they have found this many: nobody reads on, and an input can be made to have
  /// any number.
  package static var enough: Int { 100 }

  /// All findings as text, at most ten of them.
  package var text: String {
    var parts = prefix(Self.shown).map(\.text)
    if count > Self.shown {
      let isAll = count < Self.enough
      parts.append("… and \(isAll ? "" : "at least ")\(count - Self.shown) more")
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

  /// - Parameter first: the column at which `line` begins, if it is a part of one.
  init(line: String, from first: Int = 1, column: Int, length: Int) {
    let scalars = Array(line.unicodeScalars)
    let start = min(max(0, column - first), scalars.count)
    let end = min(start + max(1, length), max(scalars.count, start))
    let from = start > Self.width * 2 / 3 ? start - Self.width / 3 : 0

    var text = from > 0 || first > 1 ? "…" : ""
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
