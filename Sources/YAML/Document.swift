import Diagnostics

/// A YAML document as it was read: its root, and its lines for messages.
package struct Document: Sendable {
  package var root: Node
  package var source: SourceText

  /// Reads the one document of `bytes`.
  ///
  /// - Parameter file: what messages call the input.
  /// - Throws: `InvalidInput` with everything that is wrong.
  package init(_ bytes: [UInt8], file: String, limits: Limits = Limits()) throws(InvalidInput) {
    source = try SourceText(bytes, file: file, limits: limits)
    var reader = EventReader(source: source, limits: limits)
    root = try reader.read()
  }
}

/// What a document may cost.
package struct Limits: Sendable {
  package var bytes = 1_000_000
  package var depth = 16
  package var nodes = 50_000

  package init() {}
}
