import Updates

/// The path and the query of a request (RFC 3986, sections 3.3 and 3.4), decoded strictly: a `%` without
/// two hexadecimal digits, bytes that are not UTF-8 and a repeated name of the query are refused.
package struct RequestTarget: Equatable, Sendable {
  package let path: [String]
  /// nil if it is malformed.
  package let query: [String: String]?

  package init?(_ text: String) {
    // A URI is ASCII; what came as other bytes is not what was meant any more.
    guard text.utf8.first == UInt8(ascii: "/"), text.utf8.allSatisfy({ $0 < 0x80 }) else {
      return nil
    }
    let mark = text.utf8.firstIndex(of: UInt8(ascii: "?"))
    var path: [String] = []
    for segment in text[..<(mark ?? text.endIndex)].utf8.dropFirst()
      .split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    {
      guard let segment = Self.decode(Substring(segment)) else { return nil }
      path.append(segment)
    }
    self.path = path
    query = mark.map { Self.query(text[text.utf8.index(after: $0)...]) } ?? [:]
  }

  private static func query(_ text: Substring) -> [String: String]? {
    var query: [String: String] = [:]
    for item in text.utf8.split(separator: UInt8(ascii: "&")) {
      let sign = item.firstIndex(of: UInt8(ascii: "=")) ?? item.endIndex
      guard let name = decode(Substring(item[..<sign])),
        let value = decode(Substring(item[sign...].dropFirst())),
        query.updateValue(value, forKey: name) == nil
      else { return nil }
    }
    return query
  }

  /// The name in `/topics/{name}/{last}`; nil for another path.
  package func topicName(before last: String) -> String? {
    path.count == 3 && path[0] == "topics" && path[2] == last ? path[1] : nil
  }

  /// Where the query says to start; nil if the query is malformed.
  package var start: Start? {
    query.map { Start(after: $0["after"]) }
  }

  private static func decode(_ text: Substring) -> String? {
    guard text.utf8.contains(UInt8(ascii: "%")) else { return String(text) }
    var bytes: [UInt8] = []
    var rest = text.utf8
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        bytes.append(byte)
        continue
      }
      guard let high = rest.popFirst()?.hexadecimalDigit,
        let low = rest.popFirst()?.hexadecimalDigit
      else { return nil }
      bytes.append(high << 4 | low)
    }
    return String(validating: bytes, as: UTF8.self)
  }
}

extension UInt8 {
  fileprivate var hexadecimalDigit: UInt8? {
    switch self {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): self - UInt8(ascii: "0")
    case UInt8(ascii: "A")...UInt8(ascii: "F"): self - UInt8(ascii: "A") + 10
    case UInt8(ascii: "a")...UInt8(ascii: "f"): self - UInt8(ascii: "a") + 10
    default: nil
    }
  }
}
