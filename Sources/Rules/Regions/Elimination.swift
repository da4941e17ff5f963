/// Fourier–Motzkin elimination of one variable, in logarithms.
enum Elimination {
  /// The system without `variable`; `nil` if it contradicts itself.
  static func eliminate(_ variable: Int, from system: [Inequality]) -> [Inequality]? {
    var result: [Inequality] = []
    var uppers: [Inequality] = []
    var lowers: [Inequality] = []
    for inequality in system {
      switch inequality.exponents[variable] ?? 0 {
      case 0: result.append(inequality)
      case 1...: uppers.append(inequality)
      default: lowers.append(inequality)
      }
    }
    for upper in uppers {
      for lower in lowers {
        let sum = combine(upper, lower, without: variable)
        if sum.exponents.isEmpty {
          guard sum.isSatisfied(by: sum.coefficient) else { return nil }
        } else if !result.contains(sum) {
          result.append(sum)
        }
      }
    }
    return result
  }

  /// Multiplies powers of both so that `variable` cancels out.
  private static func combine(
    _ upper: Inequality, _ lower: Inequality, without variable: Int
  ) -> Inequality {
    let upperPower = -(lower.exponents[variable] ?? -1)
    let lowerPower = upper.exponents[variable] ?? 1
    var exponents = upper.exponents.mapValues { $0 * upperPower }
    for (other, exponent) in lower.exponents {
      exponents[other, default: 0] += exponent * lowerPower
    }
    return Inequality(
      coefficient: upper.coefficient.power(upperPower) * lower.coefficient.power(lowerPower),
      exponents: exponents.filter { $0.value != 0 },
      isStrict: upper.isStrict || lower.isStrict)
  }
}
