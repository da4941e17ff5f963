import Diagnostics
import Quantities

/// A number that tables may test: a constant, picked by enumerated facts, times a product of facts
/// to the powers −1, 0 and 1.
package struct DerivedNumber: Sendable {
  package var name: String
  package var kind: Kind
  package var meaning: String
  /// As it is written.
  package var formulaText: String
  package var formula: Formula
  /// In grains of the kind when the variables are in grains of theirs.
  package var monomial: Monomial
  package var location: Location
}

/// `constant × Π lookup × Π variable^exponent`
package struct Monomial: Sendable {
  package struct Lookup: Sendable {
    package var variable: Int
    /// By the index of the variable's value.
    package var constants: [Ratio]
  }

  package var constant: Ratio
  package var lookups: [Lookup]
  /// By variable; no zero exponents.
  package var exponents: [Int: Int]
}

extension Monomial {
  /// The exact value at a point.
  package func value(at point: Point) -> Ratio {
    var result = constant
    for lookup in lookups {
      result = result * lookup.constants[Int(point[lookup.variable])]
    }
    for (variable, exponent) in exponents {
      result = result * Ratio(point[variable]).power(exponent)
    }
    return result
  }
}

/// Where a derived number may lie; either end may be open.
package struct Bounds: Hashable, Sendable {
  package struct End: Hashable, Sendable {
    package var value: Ratio
    /// Whether the value itself lies within.
    package var isIncluded: Bool

    package init(value: Ratio, isIncluded: Bool) {
      self.value = value
      self.isIncluded = isIncluded
    }
  }

  package var lower: End?
  package var upper: End?

  package init(lower: End?, upper: End?) {
    self.lower = lower
    self.upper = upper
  }

  package func contain(_ number: Ratio) -> Bool {
    if let lower, number < lower.value || !lower.isIncluded && number == lower.value {
      return false
    }
    if let upper, number > upper.value || !upper.isIncluded && number == upper.value {
      return false
    }
    return true
  }
}

/// Figures picked by the value of a fact or the output of a table.
package struct Constants: Sendable {
  package var name: String
  package var meaning: String
  package var source: String?
  package var values: [String: Figure]
  package var location: Location
}

/// A number in a formula, exact, in grains of its kind.
package struct Figure: Hashable, Sendable {
  package var grains: Ratio
  package var kind: Kind
}

/// A cost: shown, never tested.
package struct Cost: Sendable {
  package enum Unit: String, CaseIterable, Sendable {
    case seconds
    case perSecond = "per-second"
    case bytesPerSecond = "bytes-per-second"
    case bytes
    case count
  }

  package var id: String
  package var title: String
  package var unit: Unit
  package var meaning: String
  package var source: String?
  package var formula: Formula
  package var location: Location
}
