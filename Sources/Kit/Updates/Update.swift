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
    (1...limit).contains(utf8.count)
      && utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"),
          UInt8(ascii: ":"), UInt8(ascii: "-"):
          true
        default: false
        }
      }
  }
}
