import Updates

/// The place of an entry in a stream of Redis: milliseconds since 1970, and a number within these.
struct StreamID: Hashable, Sendable, Comparable, CustomStringConvertible {
  var milliseconds: UInt64
  var sequence: UInt64

  /// Before all entries.
  static let zero = StreamID(milliseconds: 0, sequence: 0)
  /// After all.
  static let end = StreamID(milliseconds: .max, sequence: .max)

  init(milliseconds: UInt64, sequence: UInt64) {
    self.milliseconds = milliseconds
    self.sequence = sequence
  }

  /// - Returns: nil unless `text` has two numbers with `separator` between them.
  init?(_ text: some StringProtocol, separator: Character = "-") {
    let parts = text.split(separator: separator, omittingEmptySubsequences: false)
    guard parts.count == 2, let milliseconds = UInt64(parts[0]), let sequence = UInt64(parts[1])
    else { return nil }
    self.init(milliseconds: milliseconds, sequence: sequence)
  }

  var description: String { "\(milliseconds)-\(sequence)" }

  static func < (left: StreamID, right: StreamID) -> Bool {
    (left.milliseconds, left.sequence) < (right.milliseconds, right.sequence)
  }
}

/// A cursor, as it is made of the epoch of a history and the place in a stream.
struct StreamCursor: Sendable, Hashable {
  var epoch: String
  var id: StreamID

  init(epoch: String, id: StreamID) {
    self.epoch = epoch
    self.id = id
  }

  /// - Returns: nil if it is of another topic or another form.
  init?(_ cursor: Cursor, of topic: Topic) {
    let parts = cursor.text.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 3, let id = StreamID(parts[2], separator: ".") else { return nil }
    self.init(epoch: String(parts[0]), id: id)
    guard self.cursor(of: topic) == cursor else { return nil }
  }

  func cursor(of topic: Topic) -> Cursor {
    Numbering(epoch: epoch).cursor(at: "\(id.milliseconds).\(id.sequence)", of: topic)
  }
}
