import Quantities
import Rules
import Testing
import TestSupport

/// Emptiness of regions, held against enumerating every point of a small grid.
@Suite struct WitnessTests {
  private static let domain = IntervalSet([1...6, 9...12])

  private static func random(_ generator: inout SeededGenerator) -> Region {
    var region = Region(box: [.numbers(domain), .numbers(domain), .numbers(IntervalSet(1...8))])
    for _ in 0..<Int.random(in: 0...3, using: &generator) {
      var exponents: [Int: Int] = [:]
      for variable in 0..<3 {
        let exponent = Int.random(in: -1...1, using: &generator)
        if exponent != 0 { exponents[variable] = exponent }
      }
      let coefficient =
        Ratio(Int64.random(in: 1...20, using: &generator))
        / Ratio(Int64.random(in: 1...20, using: &generator))
      let inequality = Inequality(
        coefficient: coefficient, exponents: exponents,
        isStrict: Bool.random(using: &generator))
      guard let narrowed = region.narrowed(by: inequality) else {
        return Region(box: [.numbers(.empty), .numbers(domain), .numbers(domain)])
      }
      region = narrowed
    }
    return region
  }

  private static func points(_ region: Region) -> [Point] {
    var result: [Point] = []
    for x in Int64(1)...12 {
      for y in Int64(1)...12 {
        for z in Int64(1)...12 where region.contains([x, y, z]) { result.append([x, y, z]) }
      }
    }
    return result
  }

  @Test func agreesWithEnumeration() {
    var generator = SeededGenerator(seed: 4)
    var counts = (empty: 0, found: 0)
    for _ in 0..<500 {
      let region = Self.random(&generator)
      let points = Self.points(region)
      switch region.witness() {
      case .none:
        counts.empty += 1
        #expect(points.isEmpty)
      case .point(let point):
        counts.found += 1
        #expect(region.contains(point))
      case .undecided:
        // Allowed only where the grid is too coarse for what real numbers admit.
        #expect(points.count < 12)
      }
    }
    #expect(counts.empty > 40 && counts.found > 40)
  }

  @Test func isExactAtTheEndsOfItsRanges() {
    let large = Subset.numbers(IntervalSet(1...1_000_000_000))
    func region(_ bound: Int64) -> Region? {
      Region(box: [large, large]).narrowed(
        by: Inequality(
          coefficient: Ratio(bound), exponents: [0: -1, 1: -1], isStrict: false))
    }
    #expect(region(1_000_000_000_000_000_000)?.witness() == .point([1_000_000_000, 1_000_000_000]))
    #expect(region(1_000_000_000_000_000_001)?.witness() == Witness.none)
  }

  @Test func provesAContradictionOfThree() {
    let box = [Subset](repeating: .numbers(IntervalSet(1...1_000_000)), count: 3)
    // x ≥ 2y, y ≥ 2z, z ≥ x/3: around the circle x ≥ 4z ≥ 4x/3.
    let inequalities = [
      Inequality(coefficient: Ratio(2), exponents: [0: -1, 1: 1], isStrict: false),
      Inequality(coefficient: Ratio(2), exponents: [1: -1, 2: 1], isStrict: false),
      Inequality(coefficient: Ratio(1) / Ratio(3), exponents: [2: -1, 0: 1], isStrict: false),
    ]
    let region = inequalities.reduce(Optional(Region(box: box))) { $0?.narrowed(by: $1) }
    #expect(region?.witness() == Witness.none)
  }

  @Test func negationLeavesNothingOut() {
    var generator = SeededGenerator(seed: 5)
    for _ in 0..<300 {
      let inequality = Inequality(
        coefficient: Ratio(Int64.random(in: 1...30, using: &generator))
          / Ratio(Int64.random(in: 1...30, using: &generator)),
        exponents: [0: 1, 1: Bool.random(using: &generator) ? 1 : -1],
        isStrict: Bool.random(using: &generator))
      for x in Int64(1)...9 {
        for y in Int64(1)...9 {
          #expect(inequality.holds(at: [x, y]) != inequality.negated.holds(at: [x, y]))
        }
      }
    }
  }
}
