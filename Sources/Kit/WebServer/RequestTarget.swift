import Foundation
import Updates

/// The path and the query of a request (RFC 3986, sections 3.3 and 3.4), decoded strictly: a `%` without
/// two hexadecimal digits, bytes that are not UTF-8 and a repeated name of the query are refused.
package struct RequestTarget: Equatable, Sendable {
  package let path: [String]
  /// nil if it is malformed.
  package let query: [String: String]?

  package init?(_ text: some StringProtocol) {
    guard text.utf8.first == UInt8(ascii: "/") else { return nil }
    let parts = text.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    var path: [String] = []
    for segment in parts[0].dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
      guard let segment = Self.decode(segment) else { return nil }
      path.append(segment)
    }
    self.path = path
    query = Self.query(parts.dropFirst().joined())
  }

  private static func query(_ text: String) -> [String: String]? {
    var query: [String: String] = [:]
    for item in text.split(separator: "&") {
      let pair = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard let name = decode(pair[0]), let value = decode(pair.dropFirst().joined()),
        query.updateValue(value, forKey: name) == nil
      else { return nil }
    }
    return query
  }

  /// The name in `/topics/{name}/{last}`; nil for another path.
  package func topicName(before last: String) -> String? {
    path.count == 3 && path[0] == "topics" && path[2] == last ? path[1] : nil
  }

  /// Where the query says to start; nil if what it says is no place.
  package var start: Start? {
    guard let query else { return nil }
    return switch query["after"] {
    case nil: .now
    case "earliest": .earliest
    case let text?: Cursor(text).map(Start.after)
    }
  }

  private static func decode(_ text: some StringProtocol) -> String? {
    // A URI is ASCII; what came as other bytes is not what was meant any more.
    text.utf8.allSatisfy { $0 < 0x80 } ? text.removingPercentEncoding : nil
  }
}
