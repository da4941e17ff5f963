/// What an update is about and clients subscribe to: a room, a document, a user, a price.
///
/// Two topics are the same if their bytes are, whatever Unicode says of their looks.
package struct Topic: Hashable, Sendable, CustomStringConvertible {
  package static let maximumBytes = 200

  package let name: String

  /// - Returns: nil unless `name` has 1 to 200 bytes of UTF-8 without control characters and `/`, and
  ///   is neither `.` nor `..`, which a URL would not carry.
  package init?(_ name: String) {
    guard !name.isEmpty, name.utf8.count <= Self.maximumBytes, name != ".", name != "..",
      name.unicodeScalars.allSatisfy({ $0 != "/" && $0.properties.generalCategory != .control })
    else { return nil }
    self.name = name
  }

  package var description: String { name }

  package static func == (left: Topic, right: Topic) -> Bool {
    left.name.utf8.elementsEqual(right.name.utf8)
  }

  package func hash(into hasher: inout Hasher) {
    var name = name
    name.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
  }
}
