/// A sentence with places for values: `An update may be {updates.freshness} old.`
package struct Template: Sendable, Hashable {
  package enum Piece: Sendable, Hashable {
    case text(String)
    case fact(Int)
    case number(Int)
    case table(Int)
  }

  package var pieces: [Piece]
}

extension Template {
  /// The names in braces of a text, with what stands between them.
  static func split(_ text: String) -> [(text: String, name: String?)] {
    var result: [(text: String, name: String?)] = []
    var rest = Substring(text)
    while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
      result.append((String(rest[..<open]), String(rest[rest.index(after: open)..<close])))
      rest = rest[rest.index(after: close)...]
    }
    result.append((String(rest), nil))
    return result
  }
}
