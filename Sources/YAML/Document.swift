import Diagnostics

/// A YAML document as it was read: its root, and its lines for messages.
package struct Document: Sendable {
  package var root: Node
  package var source: SourceText
  /// What is wrong with a document that can be read on all the same: keys that stand twice, tags,
  /// anchors.
  package var problems: [Diagnostic]

  /// Reads the one document of `bytes`.
  ///
  /// - Parameter file: what messages call the input.
  /// - Throws: `InvalidInput` with what keeps it from being read at all.
  package init(
    parsing bytes: [UInt8], file: String, limits: Limits = Limits()
  ) throws(InvalidInput) {
    source = try SourceText(bytes, file: file, limits: limits)
    var reader = EventReader(source: source, limits: limits)
    root = try reader.read()
    problems = reader.problems
  }

  /// Reads a document in which nothing at all is wrong.
  package init(_ bytes: [UInt8], file: String) throws(InvalidInput) {
    try self.init(parsing: bytes, file: file)
    if !problems.isEmpty { throw InvalidInput(problems) }
  }
}

extension Document {
  /// Findings for scalars that hold what could steer a terminal, written as escapes; line ends are
  /// none.
  package var unsafeScalars: [Diagnostic] {
    var findings: [Diagnostic] = []
    var pending = [root]
    while let node = pending.popLast(), findings.count < [Diagnostic].enough {
      switch node.content {
      case .scalar(let text, _): findings += finding(text, at: node.location)
      case .sequence(let items): pending += items.reversed()
      case .mapping(let entries):
        for entry in entries.reversed() { pending.append(entry.value) }
        for entry in entries { findings += finding(entry.key, at: entry.keyLocation) }
      }
    }
    return findings
  }

  private func finding(_ text: String, at location: Location) -> [Diagnostic] {
    if TerminalText.isSafe(text) { return [] }
    return [
      source.diagnostic(
        .controlCharacter, "text with control characters", at: location, help: "remove them")
    ]
  }
}

/// What a document may cost.
package struct Limits: Sendable {
  package var bytes = 1_000_000
  package var depth = 16
  package var nodes = 50_000

  package init() {}
}
