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
    Diagnostic(
      code, severity: severity, message, at: location, snippet: line(location.line), help: help,
      suggestion: suggestion)
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
    for (index, byte) in bytes.enumerated() {
      if byte == 0x09 {
        return diagnostic(
          .tab, "a tab character", at: location(ofByte: index),
          help: "indent and separate with spaces; in a quoted value write \\t")
      }
      if byte < 0x20 && byte != 0x0A && byte != 0x0D || byte == 0x7F {
        let name = byte == 0 ? "a NUL character" : "a control character"
        return diagnostic(
          .controlCharacter, name, at: location(ofByte: index),
          help: "remove it; in a double-quoted value write it as an escape such as \\x07")
      }
    }
    return nil
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
