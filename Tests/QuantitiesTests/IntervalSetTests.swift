import Quantities
import Testing
import TestSupport

/// Every operation is held against sets of numbers, enumerated.
@Suite struct IntervalSetTests {
  private static let universe: ClosedRange<Int64> = 0...24

  private static func random(_ generator: inout SeededGenerator) -> IntervalSet {
    let count = Int.random(in: 0...4, using: &generator)
    return IntervalSet(
      (0..<count).map { _ in
        let low = Int64.random(in: universe, using: &generator)
        return low...Int64.random(in: low...universe.upperBound, using: &generator)
      })
  }

  private static func members(_ set: IntervalSet) -> Set<Int64> {
    Set(universe.filter(set.contains))
  }

  @Test func agreesWithEnumeratedSets() {
    var generator = SeededGenerator(seed: 2)
    for _ in 0..<2000 {
      let left = Self.random(&generator)
      let right = Self.random(&generator)
      let (a, b) = (Self.members(left), Self.members(right))
      #expect(Self.members(left.intersection(right)) == a.intersection(b))
      #expect(Self.members(left.union(right)) == a.union(b))
      #expect(Self.members(left.subtracting(right)) == a.subtracting(b))
      #expect(left.isDisjoint(with: right) == a.isDisjoint(with: b))
      #expect(left.isEmpty == a.isEmpty)
      #expect(left.isSingle == (a.count == 1))
      #expect(left.min == a.min())
      #expect(left.max == a.max())
      for number in Self.universe {
        #expect(left.first(above: number) == a.filter { $0 > number }.min())
        #expect(left.last(below: number) == a.filter { $0 < number }.max())
      }
    }
  }

  @Test func isEqualHoweverItWasMade() {
    #expect(IntervalSet([1...2, 3...4]) == IntervalSet(1...4))
    #expect(IntervalSet([3...9, 1...4]) == IntervalSet(1...9))
    #expect(IntervalSet(1...9).subtracting(IntervalSet(5)).intervals == [1...4, 6...9])
  }

  @Test func reachesTheEndsOfItsNumbers() {
    let all = IntervalSet(Int64.min...Int64.max)
    #expect(all.subtracting(all).isEmpty)
    #expect(all.union(IntervalSet(Int64.max)) == all)
    #expect(all.first(above: Int64.max) == nil)
    #expect(all.last(below: Int64.min) == nil)
  }
}
