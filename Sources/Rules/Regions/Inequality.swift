import Quantities

/// `coefficient × Π variable^exponent ≤ 1`, or `< 1`: linear in logarithms.
package struct Inequality: Hashable, Sendable {
  /// Above zero.
  package var coefficient: Ratio
  /// By variable; no zero exponents.
  package var exponents: [Int: Int]
  package var isStrict: Bool

  package init(coefficient: Ratio, exponents: [Int: Int], isStrict: Bool) {
    self.coefficient = coefficient
    self.exponents = exponents
    self.isStrict = isStrict
  }
}

extension Inequality {
  /// All that does not satisfy it.
  package var negated: Inequality {
    Inequality(
      coefficient: Ratio.one / coefficient, exponents: exponents.mapValues { -$0 },
      isStrict: !isStrict)
  }

  package func holds(at point: Point) -> Bool {
    isSatisfied(by: exponents.reduce(coefficient) { $0 * Ratio(point[$1.key]).power($1.value) })
  }

  /// Whether a value of the left side satisfies it.
  func isSatisfied(by value: Ratio) -> Bool {
    isStrict ? value < Ratio.one : value <= Ratio.one
  }

  /// The same with `variable` fixed to `value`, which is above zero.
  func fixing(_ variable: Int, to value: Int64) -> Inequality {
    guard let exponent = exponents[variable] else { return self }
    var result = self
    result.exponents[variable] = nil
    result.coefficient = coefficient * Ratio(value).power(exponent)
    return result
  }

  /// The whole numbers of `range` that satisfy it, if `variable` is its only one.
  func solutions(for variable: Int, in range: ClosedRange<Int64>) -> ClosedRange<Int64>? {
    guard let exponent = exponents[variable] else {
      return isSatisfied(by: coefficient) ? range : nil
    }
    func holds(_ number: Int64) -> Bool {
      isSatisfied(by: coefficient * Ratio(number).power(exponent))
    }
    if exponent > 0 {
      guard holds(range.lowerBound) else { return nil }
      return range.lowerBound...Self.last(in: range, where: holds)
    }
    guard holds(range.upperBound) else { return nil }
    return Self.first(in: range, where: holds)...range.upperBound
  }

  /// The last number that holds; all before it do, and the first does.
  private static func last(in range: ClosedRange<Int64>, where holds: (Int64) -> Bool) -> Int64 {
    var low = range.lowerBound
    var high = range.upperBound
    while low < high {
      let middle = high - (high - low) / 2
      if holds(middle) { low = middle } else { high = middle - 1 }
    }
    return low
  }

  /// The first number that holds; all after it do, and the last does.
  private static func first(in range: ClosedRange<Int64>, where holds: (Int64) -> Bool) -> Int64 {
    var low = range.lowerBound
    var high = range.upperBound
    while low < high {
      let middle = low + (high - low) / 2
      if holds(middle) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}

extension Bounds {
  /// The inequalities that say that `constant × Π variable^exponent` lies within the bounds, for a
  /// constant above zero. `nil` where an end alone says that it cannot.
  func inequalities(constant: Ratio, exponents: [Int: Int]) -> [Inequality]? {
    var result: [Inequality] = []
    if let upper {
      // A product of positive numbers is above zero, so an end at zero leaves nothing.
      guard upper.value > Ratio.zero else { return nil }
      result.append(
        Inequality(
          coefficient: constant / upper.value, exponents: exponents, isStrict: !upper.isIncluded))
    }
    if let lower, lower.value > Ratio.zero {
      result.append(
        Inequality(
          coefficient: lower.value / constant, exponents: exponents.mapValues { -$0 },
          isStrict: !lower.isIncluded))
    }
    return result
  }
}
