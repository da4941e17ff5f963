import Updates

/// The path and the query of a request (RFC 3986, sections 3.3 and 3.4), decoded strictly: a `%` without
/// two hexadecimal digits, bytes that are not UTF-8 and a repeated name of the query are refused.
package struct RequestTarget: Equatable, Sendable {
  package let path: [String]
  package let query: [String: String]

  package init?(_ text: some StringProtocol) {
    guard text.utf8.first == UInt8(ascii: "/") else { return nil }
    let parts = text.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    var path: [String] = []
    for segment in parts[0].dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
      guard let segment = Self.decode(segment) else { return nil }
      path.append(segment)
    }
    var query: [String: String] = [:]
    for item in parts.dropFirst().joined().split(separator: "&") {
      let pair = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard let name = Self.decode(pair[0]), let value = Self.decode(pair.dropFirst().joined()),
        query.updateValue(value, forKey: name) == nil
      else { return nil }
    }
    self.path = path
    self.query = query
  }

  /// The name in `/topics/{name}/{last}`; nil for another path.
  package func topicName(before last: String) -> String? {
    path.count == 3 && path[0] == "topics" && path[2] == last ? path[1] : nil
  }

  /// Where the query says to start; nil if what it says is no place.
  package var start: Start? {
    switch query["after"] {
    case nil: .now
    case "earliest": .earliest
    case let text?: Cursor(text).map(Start.after)
    }
  }

  private static func decode(_ text: some StringProtocol) -> String? {
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      // A URI is ASCII; what came as other bytes is not what was meant any more.
      guard byte < 0x80 else { return nil }
      guard byte == UInt8(ascii: "%") else {
        bytes.append(byte)
        continue
      }
      guard let high = rest.popFirst().flatMap(hexadecimal),
        let low = rest.popFirst().flatMap(hexadecimal)
      else { return nil }
      bytes.append(high << 4 | low)
    }
    return String(validating: bytes, as: UTF8.self)
  }

  private static func hexadecimal(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    default: nil
    }
  }
}
