import Quantities

/// Whether a region has a point on the grid.
package enum Witness: Equatable, Sendable {
  case none
  case point(Point)
  /// Elimination found no contradiction, and the search no point within its bounds.
  case undecided
}

extension Region {
  /// Finds a point of the region, or proves that there is none.
  ///
  /// Without inequalities any corner serves. With one, the corner that favours it decides. With
  /// more, variables are eliminated (Fourier and Motzkin, in logarithms: bounds are multiplied),
  /// which proves emptiness exactly; then whole numbers are sought within what is left.
  package func witness() -> Witness {
    guard let corner = firstCorner() else { return .none }
    if inequalities.isEmpty { return .point(corner) }
    var favoured: [Point] = []
    for inequality in inequalities {
      guard let point = point(favouring: inequality, from: corner) else { return .none }
      favoured.append(point)
    }
    if let point = favoured.first(where: contains) { return .point(point) }
    return WitnessSearch(region: self, corner: corner).run()
  }

  private func firstCorner() -> Point? {
    var point: Point = []
    for subset in box {
      guard let member = subset.first else { return nil }
      point.append(member)
    }
    return point
  }

  /// The corner at which the inequality's left side is least, if it holds there.
  private func point(favouring inequality: Inequality, from corner: Point) -> Point? {
    var point = corner
    for (variable, exponent) in inequality.exponents {
      guard case .numbers(let set) = box[variable], let low = set.min, let high = set.max else {
        return nil
      }
      point[variable] = exponent > 0 ? low : high
    }
    return inequality.holds(at: point) ? point : nil
  }
}

/// Elimination and search over the variables of the inequalities, one convex part of the box at a
/// time.
private struct WitnessSearch {
  let region: Region
  let corner: Point
  let variables: [Int]
  private var triesLeft = 2000
  /// Whether every whole number that elimination admits was tried.
  private var isExhaustive = true
  private static let maximumParts = 4096

  init(region: Region, corner: Point) {
    self.region = region
    self.corner = corner
    variables = Set(region.inequalities.flatMap(\.exponents.keys)).sorted()
  }

  func run() -> Witness {
    var parts: [[Int: ClosedRange<Int64>]] = [[:]]
    for variable in variables {
      guard case .numbers(let set) = region[variable] else { return .undecided }
      parts = parts.flatMap { part in
        set.intervals.map { part.merging([variable: $0]) { $1 } }
      }
      if parts.count > Self.maximumParts { return .undecided }
    }
    var isUndecided = false
    for part in parts {
      var search = self
      switch search.run(part) {
      case .none: continue
      case .point(let point): return .point(point)
      case .undecided: isUndecided = true
      }
    }
    return isUndecided ? .undecided : .none
  }

  private mutating func run(_ part: [Int: ClosedRange<Int64>]) -> Witness {
    var systems = [region.inequalities + part.flatMap { Self.bounds($0.key, $0.value) }]
    for variable in variables {
      guard let last = systems.last, let next = Elimination.eliminate(variable, from: last) else {
        return .none
      }
      systems.append(next)
    }
    let found = search(variables.indices.last, systems, part, corner)
    return found ?? (isExhaustive ? .none : .undecided)
  }

  /// Fixes variables in the reverse order of their elimination.
  private mutating func search(
    _ index: Int?, _ systems: [[Inequality]], _ part: [Int: ClosedRange<Int64>], _ point: Point
  ) -> Witness? {
    guard let index else { return region.contains(point) ? .point(point) : nil }
    let variable = variables[index]
    guard var range = part[variable] else { return nil }
    for inequality in systems[index] {
      var rest = inequality
      for later in variables[(index + 1)...] { rest = rest.fixing(later, to: point[later]) }
      guard let narrowed = rest.solutions(for: variable, in: range) else { return nil }
      range = narrowed
    }
    let candidates = Self.candidates(range)
    if UInt64(candidates.count) <= UInt64(range.upperBound - range.lowerBound) {
      isExhaustive = false
    }
    for candidate in candidates {
      triesLeft -= 1
      guard triesLeft > 0 else {
        isExhaustive = false
        return nil
      }
      var next = point
      next[variable] = candidate
      let before = index > 0 ? index - 1 : nil
      if let found = search(before, systems, part, next) { return found }
    }
    return nil
  }

  private static func bounds(_ variable: Int, _ range: ClosedRange<Int64>) -> [Inequality] {
    [
      Inequality(
        coefficient: Ratio.one / Ratio(range.upperBound), exponents: [variable: 1], isStrict: false),
      Inequality(
        coefficient: Ratio(range.lowerBound), exponents: [variable: -1], isStrict: false),
    ]
  }

  private static func candidates(_ range: ClosedRange<Int64>) -> [Int64] {
    let (low, high) = (range.lowerBound, range.upperBound)
    // A range of the rules is far from Int64's ends, so no sum here overflows.
    if high - low < 16 { return Array(range) }
    let middle = low + (high - low) / 2
    var result: [Int64] = []
    for candidate in [
      low, high, middle, low + 1, high - 1, low + (high - low) / 3, low + 2, high - 2,
    ]
    where range.contains(candidate) && !result.contains(candidate) {
      result.append(candidate)
    }
    return result
  }
}

/// Fourier–Motzkin elimination of one variable, in logarithms.
private enum Elimination {
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
