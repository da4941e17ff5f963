import BigInt

/// An exact fraction, in lowest terms.
package struct Ratio: Hashable, Sendable {
  package let numerator: BigInt
  /// Above zero.
  package let denominator: BigInt

  /// - Precondition: `denominator` is not zero.
  package init(_ numerator: BigInt, over denominator: BigInt) {
    let divisor = numerator.greatestCommonDivisor(with: denominator)
    let sign: BigInt = denominator.sign == .minus ? -1 : 1
    self.numerator = numerator / divisor * sign
    self.denominator = denominator / divisor * sign
  }

  package init(_ number: Int64) {
    numerator = BigInt(number)
    denominator = 1
  }

  package static let zero = Ratio(0)
  package static let one = Ratio(1)

  package var isZero: Bool { numerator.isZero }

  package static func * (left: Ratio, right: Ratio) -> Ratio {
    Ratio(left.numerator * right.numerator, over: left.denominator * right.denominator)
  }

  package static func + (left: Ratio, right: Ratio) -> Ratio {
    Ratio(
      left.numerator * right.denominator + right.numerator * left.denominator,
      over: left.denominator * right.denominator)
  }

  package static func - (left: Ratio, right: Ratio) -> Ratio {
    left + Ratio(-1) * right
  }

  /// - Precondition: `right` is not zero.
  package static func / (left: Ratio, right: Ratio) -> Ratio {
    Ratio(left.numerator * right.denominator, over: left.denominator * right.numerator)
  }

  /// - Precondition: the ratio is not zero if `exponent` is negative.
  package func power(_ exponent: Int) -> Ratio {
    exponent >= 0
      ? Ratio(numerator.power(exponent), over: denominator.power(exponent))
      : Ratio(denominator.power(-exponent), over: numerator.power(-exponent))
  }

  /// The largest whole number that is not above it.
  package var floor: BigInt {
    let (quotient, remainder) = numerator.quotientAndRemainder(dividingBy: denominator)
    return remainder.sign == .minus && !remainder.isZero ? quotient - 1 : quotient
  }

  /// The nearest whole number, halves up, at the ends of Int64 if it lies beyond.
  package var rounded: Int64 {
    Int64(clamping: (self + Ratio(1) / Ratio(2)).floor)
  }

  package var double: Double {
    // Both parts fit a Double's range for all numbers that the rules' ranges allow.
    Double(numerator) / Double(denominator)
  }
}

extension Ratio: Comparable {
  package static func < (left: Ratio, right: Ratio) -> Bool {
    left.numerator * right.denominator < right.numerator * left.denominator
  }
}
