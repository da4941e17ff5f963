/// Text from outside, made safe for a terminal.
///
/// Control characters (escape sequences begin with one), format characters (bidirectional
/// overrides are such) and line separators are written as `\u{…}`, so that nothing in an input can
/// move the cursor, change colours or reorder what is read.
package enum TerminalText {
  package static func escape(_ text: some StringProtocol) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      if isUnsafe(scalar) {
        result += escape(scalar)
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  package static func escape(_ scalar: Unicode.Scalar) -> String {
    switch scalar {
    case "\n": "\\n"
    case "\r": "\\r"
    case "\t": "\\t"
    default: "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
    }
  }

  package static func isUnsafe(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse:
      true
    case .format:
      // The joiners shape Persian words and emoji families and can move nothing.
      scalar != "\u{200C}" && scalar != "\u{200D}"
    default:
      false
    }
  }

  /// Whether text of several lines can be shown as it stands.
  package static func isSafe(_ text: some StringProtocol) -> Bool {
    text.unicodeScalars.allSatisfy { $0 == "\n" || !isUnsafe($0) }
  }

  /// How many columns a terminal gives to `text`, after `escape`.
  package static func width(_ text: some StringProtocol) -> Int {
    text.reduce(0) { $0 + width($1) }
  }

  private static func width(_ character: Character) -> Int {
    guard let first = character.unicodeScalars.first else { return 0 }
    if first.properties.isEmojiPresentation { return 2 }
    switch first.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format: return 0
    default: break
    }
    // East Asian Wide and Fullwidth (Unicode Standard Annex 11), in coarse ranges.
    switch first.value {
    case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF,
      0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x20000...0x3FFFD:
      return 2
    default:
      return 1
    }
  }
}
