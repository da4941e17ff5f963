/// A text with places for values: `{{name}}`. There are no conditions in a template; a line that is only a
/// place, and whose value is empty, is left out.
struct Template {
  struct UnknownPlace: Error, CustomStringConvertible {
    var description: String
  }

  let text: String

  init(_ text: String) {
    self.text = text
  }

  /// Values are not looked into: what looks like a place in them stays as it is.
  func filled(with values: [String: String]) throws -> String {
    var lines: [String] = []
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      var result = ""
      var rest = line
      while let open = rest.firstRange(of: "{{"),
        let close = rest[open.upperBound...].firstRange(of: "}}")
      {
        let name = String(rest[open.upperBound..<close.lowerBound])
        guard let value = values[name] else { throw UnknownPlace(description: "{{\(name)}}") }
        result += rest[..<open.lowerBound] + value
        rest = rest[close.upperBound...]
      }
      let isOnlyAPlace = line.hasPrefix("{{") && line.hasSuffix("}}")
      if !(isOnlyAPlace && result.isEmpty && rest.isEmpty) { lines.append(result + rest) }
    }
    return lines.joined(separator: "\n")
  }
}
