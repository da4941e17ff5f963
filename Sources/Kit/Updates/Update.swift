/// One piece of news on a topic.
package struct Update: Sendable, Equatable {
  package let id: Cursor
  package let topic: Topic
  package let event: EventName?
  package let data: String

  package init(id: Cursor, topic: Topic, event: EventName?, data: String) {
    self.id = id
    self.topic = topic
    self.event = event
    self.data = data
  }
}

/// An update before it has its place on its topic.
package struct Draft: Sendable, Equatable {
  package var topic: Topic
  package var event: EventName?
  package var data: String
  /// Names this one act of publishing, so that it can be repeated after a lost answer.
  package var key: IdempotencyKey?

  package init(topic: Topic, event: EventName? = nil, data: String, key: IdempotencyKey? = nil) {
    self.topic = topic
    self.event = event
    self.data = data
    self.key = key
  }

  /// Whether `update` is what this draft became, byte for byte.
  package func became(_ update: Update) -> Bool {
    event == update.event && data.utf8.elementsEqual(update.data.utf8)
  }
}

/// The kind of an update: the `event` field of an event stream (WHATWG HTML, section 9.2).
package struct EventName: Hashable, Sendable {
  /// `reset` and `bye` are said by the server itself, `error` and `open` by a browser.
  package static let reserved: Set<String> = ["reset", "bye", "error", "open"]

  package let name: String

  /// - Returns: nil unless `name` is `[A-Za-z0-9._:-]{1,100}` and not reserved.
  package init?(_ name: String) {
    guard name.isToken(upTo: 100), !Self.reserved.contains(name) else { return nil }
    self.name = name
  }
}

/// The value of the `Idempotency-Key` header (draft-ietf-httpapi-idempotency-key-header).
package struct IdempotencyKey: Hashable, Sendable {
  package let text: String

  /// - Returns: nil unless `text` has 1 to 100 visible ASCII characters.
  package init?(_ text: String) {
    guard (1...100).contains(text.utf8.count), text.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
    else { return nil }
    self.text = text
  }
}

extension String {
  /// Whether it is `[A-Za-z0-9._:-]{1,limit}`.
  func isToken(upTo limit: Int) -> Bool {
    (1...limit).contains(utf8.count) && utf8.allSatisfy(\.isTokenByte)
  }
}

extension UInt8 {
  fileprivate var isTokenByte: Bool {
    switch self {
    case UInt8(ascii: "0")...UInt8(ascii: ":"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "."), UInt8(ascii: "_"),
      UInt8(ascii: "-"):
      true
    default: false
    }
  }
}

/// What an update is about and clients subscribe to: a room, a document, a user, a price.
///
/// Two topics are the same if their bytes are, whatever Unicode says of their looks.
package struct Topic: Hashable, Sendable, CustomStringConvertible {
  package static let maximumBytes = 200
  /// What a name must be, for who is told that one is not.
  package static let form =
    "A topic has 1 to \(maximumBytes) bytes of UTF-8, no / and no control character."

  package let name: String

  /// - Returns: nil unless `name` has 1 to 200 bytes of UTF-8 without control characters and `/`, and
  ///   is neither `.` nor `..`, which a URL would not carry.
  package init?(_ name: String) {
    guard !name.isEmpty, name.utf8.count <= Self.maximumBytes, name != ".", name != "..",
      !name.utf8.contains(UInt8(ascii: "/")),
      name.unicodeScalars.allSatisfy({ $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) })
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
    let draws = [UInt64.random(in: 0 ... .max), .random(in: 0 ... .max)]
    return String(draws.flatMap { bits in (0..<8).map { alphabet[Int(bits >> (5 * $0) & 31)] } })
  }

  package func cursor(_ number: Int64, of topic: Topic) -> Cursor {
    cursor(at: "\(number)", of: topic)
  }

  /// The same for a log whose places are not just numbers.
  ///
  /// - Parameter place: ASCII letters, digits and dots, at most 45.
  package func cursor(at place: String, of topic: Topic) -> Cursor {
    Cursor(unchecked: "\(epoch)-\(Self.checksum(of: topic))-\(place)")
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
