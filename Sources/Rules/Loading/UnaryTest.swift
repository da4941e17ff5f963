import Quantities

/// The unary tests of DMN (Decision Model and Notation 1.3, section 10.3.2.7) that tables use.
enum UnaryTest {
  /// `<= 2s`, `> 5`, `[1s..5s)`, `2s`.
  static func bounds(_ text: String, _ kind: Kind) -> Bounds? {
    for (sign, isUpper, isIncluded) in comparisons where text.hasPrefix(sign) {
      guard let end = end(text.dropFirst(sign.count), kind, isIncluded: isIncluded) else {
        return nil
      }
      return isUpper ? Bounds(lower: nil, upper: end) : Bounds(lower: end, upper: nil)
    }
    if let first = text.first, let last = text.last, "[(".contains(first), "])".contains(last) {
      let ends = text.dropFirst().dropLast().split(
        separator: "..", omittingEmptySubsequences: false)
      guard ends.count == 2,
        let lower = end(ends[0], kind, isIncluded: first == "["),
        let upper = end(ends[1], kind, isIncluded: last == "]")
      else { return nil }
      return Bounds(lower: lower, upper: upper)
    }
    return end(Substring(text), kind, isIncluded: true).map { Bounds(lower: $0, upper: $0) }
  }

  /// The inside of `not(…)`.
  static func negated(_ text: String) -> Substring? {
    guard text.hasPrefix("not("), text.hasSuffix(")") else { return nil }
    return text.dropFirst(4).dropLast()
  }

  static func trim(_ text: Substring) -> String {
    let start = text.drop { $0 == " " }
    return String(start.reversed().drop { $0 == " " }.reversed())
  }

  /// The longer signs first.
  private static let comparisons = [
    ("<=", true, true), (">=", false, true), ("<", true, false), (">", false, false),
  ]

  private static func end(_ text: Substring, _ kind: Kind, isIncluded: Bool) -> Bounds.End? {
    guard let quantity = try? Quantity(parsing: trim(text), as: kind) else { return nil }
    return Bounds.End(value: Ratio(quantity.grains), isIncluded: isIncluded)
  }
}
