import Diagnostics

/// A value of a YAML document with the place where it stands.
package struct Node: Sendable {
  package indirect enum Content: Sendable {
    /// Scalars keep their text; what type it is, is for the reader of the value to say.
    case scalar(String, isPlain: Bool)
    case sequence([Node])
    case mapping([Entry])
  }

  package struct Entry: Sendable {
    package var key: String
    package var keyLocation: Location
    package var value: Node
  }

  package var content: Content
  package var location: Location
  /// The line that its own text ends in; of a collection the line that it begins in.
  private var endLine: Int

  package init(_ content: Content, at location: Location, endLine: Int? = nil) {
    self.content = content
    self.location = location
    self.endLine = endLine ?? location.line
  }
}

extension Node {
  /// Nothing was written, or one of YAML's spellings of nothing.
  package var isNull: Bool {
    if case .scalar(let text, isPlain: true) = content {
      return text.isEmpty || text == "~" || text.lowercased() == "null"
    }
    return false
  }

  /// The last line that it reaches, with all that it holds.
  package var lastLine: Int {
    switch content {
    case .scalar: endLine
    case .sequence(let items): items.map(\.lastLine).max() ?? endLine
    case .mapping(let entries):
      entries.map { max($0.keyLocation.line, $0.value.lastLine) }.max() ?? endLine
    }
  }

  package var scalar: String? {
    if case .scalar(let text, _) = content { return text }
    return nil
  }

  package var sequence: [Node]? {
    if case .sequence(let nodes) = content { return nodes }
    return nil
  }

  package var mapping: [Entry]? {
    if case .mapping(let entries) = content { return entries }
    return nil
  }

  package subscript(key: String) -> Node? {
    mapping?.first { $0.key == key }?.value
  }

  /// What the node is, for a message.
  package var kind: String {
    switch content {
    case .scalar: isNull ? "nothing" : "a single value"
    case .sequence: "a list"
    case .mapping: "a mapping of keys to values"
    }
  }
}
