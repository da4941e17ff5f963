import Diagnostics

/// The text of an input, checked before libyaml sees it: its size, its encoding, and characters
/// that have no place in a document that people write.
package struct SourceText: Sendable {
  package let file: String
  let bytes: [UInt8]
  private let lineStarts: [Int]

  init(_ bytes: [UInt8], file: String, limits: Limits) throws(InvalidInput) {
    guard bytes.count <= limits.bytes else {
      throw InvalidInput([
        Diagnostic(
          .tooLarge, "the input is larger than 1 MB", at: Location(file: file, line: 1, column: 1),
          help: "a spec is a page of text, at most \(limits.bytes) bytes")
      ])
    }
    self.file = file
    // A byte order mark of UTF-8 is harmless; all positions count without it.
    self.bytes = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(bytes.dropFirst(3)) : bytes
    var starts = [0]
    for (index, byte) in self.bytes.enumerated() where byte == 0x0A {
      starts.append(index + 1)
    }
    lineStarts = starts
    if let problem = firstBadCharacter() { throw InvalidInput([problem]) }
  }

  /// The text of a line, counted from 1, without its line end.
  package func line(_ number: Int) -> String? {
    guard lineStarts.indices.contains(number - 1) else { return nil }
    let start = lineStarts[number - 1]
    var end = lineStarts.indices.contains(number) ? lineStarts[number] - 1 : bytes.count
    if end > start, bytes[end - 1] == 0x0D { end -= 1 }
    return String(decoding: bytes[start..<end], as: UTF8.self)
  }

  /// A finding about this text, with its line as the snippet.
  package func diagnostic(
    _ code: DiagnosticCode, severity: Diagnostic.Severity = .error, _ message: String,
    at location: Location, help: String? = nil, suggestion: String? = nil
  ) -> Diagnostic {
    var result = Diagnostic(
      code, severity: severity, message, at: location, help: help, suggestion: suggestion)
    result.quote(line(location.line))
    return result
  }

  private func firstBadCharacter() -> Diagnostic? {
    if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF])
      || bytes.starts(with: [0x00]) && bytes.count > 1
      || bytes.count > 1 && bytes[1] == 0
    {
      return Diagnostic(
        .encoding, "the input is UTF-16, UTF-32 or binary",
        at: Location(file: file, line: 1, column: 1), help: "write it as UTF-8 text")
    }
    guard String(validating: bytes, as: UTF8.self) != nil else { return invalidUTF8() }
    return firstBadScalar()
  }

  /// Characters that YAML (1.2, section 5.1) does not take as they are, or takes as line ends that no
  /// editor shows as such; and directives, which a document of ours does not need.
  private func firstBadScalar() -> Diagnostic? {
    var offset = 0
    var previous: Unicode.Scalar = "\n"
    for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars {
      if let (code, message, help) = Self.objection(to: scalar, after: previous) {
        return diagnostic(code, message, at: location(ofByte: offset), help: help)
      }
      // A lone carriage return is known by what follows it.
      if previous == "\r", scalar != "\n" {
        return diagnostic(
          .controlCharacter, "a carriage return within a line", at: location(ofByte: offset - 1),
          help: "end lines with a line feed")
      }
      previous = scalar
      offset += UTF8.width(scalar)
    }
    return nil
  }

  private static func objection(
    to scalar: Unicode.Scalar, after previous: Unicode.Scalar
  ) -> (DiagnosticCode, String, String)? {
    switch scalar {
    case "\t":
      return (
        .tab, "a tab character", "indent and separate with spaces; in a quoted value write \\t"
      )
    case "\n", "\r": return nil
    case "%" where previous == "\n":
      return (.yamlSyntax, "a directive", "remove it; put a value that begins with % in quotes")
    case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}", "\u{2028}", "\u{2029}", "\u{FEFF}", "\u{FFFE}",
      "\u{FFFF}":
      return (
        .controlCharacter, scalar == "\0" ? "a NUL character" : "a control character",
        "remove it; in a double-quoted value write it as an escape such as \\x07"
      )
    default: return nil
    }
  }

  private func invalidUTF8() -> Diagnostic {
    var decoder = UTF8()
    var iterator = bytes.makeIterator()
    var offset = 0
    decoding: while true {
      switch decoder.decode(&iterator) {
      case .scalarValue(let scalar): offset += UTF8.width(scalar)
      case .emptyInput, .error: break decoding
      }
    }
    return diagnostic(
      .encoding, "the input is not valid UTF-8", at: location(ofByte: offset),
      help: "save it as UTF-8")
  }

  private func location(ofByte offset: Int) -> Location {
    let line = lineStarts.lastIndex { $0 <= offset } ?? 0
    let before = String(decoding: bytes[lineStarts[line]..<offset], as: UTF8.self)
    return Location(file: file, line: line + 1, column: before.unicodeScalars.count + 1)
  }
}
