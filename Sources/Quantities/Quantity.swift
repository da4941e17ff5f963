/// A number with its kind, in whole grains: `2s` is 2000 ms, `10/min` is 14 400 a day.
package struct Quantity: Hashable, Sendable {
  package var kind: Kind
  /// Never negative.
  package var grains: Int64

  package init(_ kind: Kind, grains: Int64) {
    self.kind = kind
    self.grains = grains
  }

  /// The value in SI units, for calculations that are shown and never tested.
  package var value: Double { Double(grains) / kind.grainsPerUnit }
}

extension Quantity: CustomStringConvertible {
  /// The shortest exact spelling: the largest unit that divides it, digits in groups of three.
  package var description: String {
    if kind == .rate, grains == 0 { return "never" }
    guard let unit = kind.units.first(where: { grains % $0.factor == 0 }) else {
      return Self.grouped(grains)
    }
    return Self.grouped(grains / unit.factor) + (grains == 0 ? "" : unit.symbol)
  }

  /// Digits with `_` between thousands, from five digits on, as a spec may be written.
  package static func grouped(_ number: Int64) -> String {
    let digits = Array(String(number.magnitude))
    guard digits.count > 4 else { return String(number) }
    var result = number < 0 ? "-" : ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index) % 3 == 0 { result += "_" }
      result.append(digit)
    }
    return result
  }
}
