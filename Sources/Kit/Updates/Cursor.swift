/// A place on a topic: the `id` of an update, or the place before the first.
///
/// Clients treat it as opaque. `after=<cursor>` means all that came after it.
package struct Cursor: Hashable, Sendable, CustomStringConvertible {
  package let text: String

  /// - Returns: nil unless `text` is `[A-Za-z0-9._:-]{1,100}`.
  package init?(_ text: String) {
    guard text.isToken(upTo: 100) else { return nil }
    self.text = text
  }

  /// A place that no history holds.
  package static let unknown = Cursor(unchecked: "unknown")

  package var description: String { text }
}

/// Writes and reads the cursors of a log that numbers its updates: `<epoch>-<topic>-<number>`.
///
/// The epoch changes when history was lost, so that a number of the old history is not taken for one of
/// the new. The topic is there as a checksum, so that a cursor of another topic is recognised.
package struct Numbering: Sendable {
  private let epoch: String

  /// - Parameter epoch: ASCII letters and digits, at most 40.
  package init(epoch: String) {
    self.epoch = epoch
  }

  /// An epoch that no other history has, out of 80 random bits.
  package static func newEpoch() -> String {
    let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz")
    return String((0..<16).compactMap { _ in alphabet.randomElement() })
  }

  package func cursor(_ number: Int64, of topic: Topic) -> Cursor {
    Cursor(unchecked: "\(epoch)-\(Self.checksum(of: topic))-\(number)")
  }

  /// - Returns: nil if the cursor is of another history or another topic, or is not of this form.
  package func number(of cursor: Cursor, on topic: Topic) -> Int64? {
    guard let dash = cursor.text.utf8.lastIndex(of: UInt8(ascii: "-")),
      let number = Int64(cursor.text[cursor.text.utf8.index(after: dash)...]), number >= 0,
      self.cursor(number, of: topic) == cursor
    else { return nil }
    return number
  }

  /// FNV-1a, 32 bits (draft-eastlake-fnv): the same in each process, unlike `hashValue`.
  private static func checksum(of topic: Topic) -> String {
    let hash = topic.name.utf8.reduce(0x811c_9dc5 as UInt32) { ($0 ^ UInt32($1)) &* 0x0100_0193 }
    return String(hash, radix: 36)
  }
}

extension Cursor {
  fileprivate init(unchecked text: String) {
    self.text = text
  }
}
