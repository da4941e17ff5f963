import Quantities

/// Elimination and search over the variables of the inequalities, one convex part of the box at a
/// time.
struct WitnessSearch {
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
