import BigInt

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
    // Compared without dividing: this is asked very often.
    var left = coefficient.numerator
    var right = coefficient.denominator
    for (variable, exponent) in exponents {
      let power = BigInt(point[variable]).power(abs(exponent))
      if exponent > 0 { left *= power } else { right *= power }
    }
    return isStrict ? left < right : left <= right
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
    // c × x^e ≤ 1 is x^e ≤ 1/c above, and c ≤ x^|e| below.
    let (numerator, denominator) = (coefficient.numerator, coefficient.denominator)
    if exponent > 0 {
      let limit = isStrict ? (denominator - 1) / numerator : denominator / numerator
      let last = Int64(clamping: Self.root(of: limit, exponent))
      return range.lowerBound <= last ? range.lowerBound...min(last, range.upperBound) : nil
    }
    let limit = isStrict ? numerator / denominator + 1 : (numerator + denominator - 1) / denominator
    let root = Self.root(of: limit, -exponent)
    let first = Int64(clamping: root.power(-exponent) == limit ? root : root + 1)
    return first <= range.upperBound ? max(first, range.lowerBound)...range.upperBound : nil
  }

  /// The largest whole number whose power is at most `number`, which is not negative.
  private static func root(of number: BigInt, _ exponent: Int) -> BigInt {
    if exponent == 1 || number <= 1 { return number }
    var low: BigInt = 1
    var high = number
    while low < high {
      let middle = (low + high + 1) / 2
      if middle.power(exponent) <= number { low = middle } else { high = middle - 1 }
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
