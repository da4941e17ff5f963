/// A set of whole numbers as disjoint closed intervals, in order, none touching the next.
package struct IntervalSet: Hashable, Sendable {
  package private(set) var intervals: [ClosedRange<Int64>]

  package static let empty = IntervalSet(normalized: [])

  package init(_ interval: ClosedRange<Int64>) {
    intervals = [interval]
  }

  package init(_ number: Int64) {
    intervals = [number...number]
  }

  /// The union of `intervals`, which may overlap and come in any order.
  package init(_ intervals: some Sequence<ClosedRange<Int64>>) {
    var result: [ClosedRange<Int64>] = []
    for next in intervals.sorted(by: { $0.lowerBound < $1.lowerBound }) {
      if let last = result.last, Self.touches(last, next) {
        result[result.count - 1] =
          last.lowerBound...Swift.max(last.upperBound, next.upperBound)
      } else {
        result.append(next)
      }
    }
    self.intervals = result
  }

  private init(normalized: [ClosedRange<Int64>]) {
    intervals = normalized
  }

  private static func touches(_ left: ClosedRange<Int64>, _ right: ClosedRange<Int64>) -> Bool {
    left.upperBound == Int64.max || right.lowerBound <= left.upperBound + 1
  }
}

extension IntervalSet {
  package var isEmpty: Bool { intervals.isEmpty }
  package var min: Int64? { intervals.first?.lowerBound }
  package var max: Int64? { intervals.last?.upperBound }
  package var isSingle: Bool { min == max && min != nil }

  package func contains(_ number: Int64) -> Bool {
    intervals.contains { $0.contains(number) }
  }

  package func intersection(_ other: IntervalSet) -> IntervalSet {
    var result: [ClosedRange<Int64>] = []
    var i = 0
    var j = 0
    while i < intervals.count, j < other.intervals.count {
      let left = intervals[i]
      let right = other.intervals[j]
      let low = Swift.max(left.lowerBound, right.lowerBound)
      let high = Swift.min(left.upperBound, right.upperBound)
      if low <= high { result.append(low...high) }
      if left.upperBound < right.upperBound { i += 1 } else { j += 1 }
    }
    return IntervalSet(normalized: result)
  }

  /// Whether the two have no member in common.
  package func isDisjoint(with other: IntervalSet) -> Bool {
    var i = 0
    var j = 0
    while i < intervals.count, j < other.intervals.count {
      if intervals[i].overlaps(other.intervals[j]) { return false }
      if intervals[i].upperBound < other.intervals[j].upperBound { i += 1 } else { j += 1 }
    }
    return true
  }

  package func union(_ other: IntervalSet) -> IntervalSet {
    IntervalSet(intervals + other.intervals)
  }

  package func subtracting(_ other: IntervalSet) -> IntervalSet {
    var result: [ClosedRange<Int64>] = []
    for interval in intervals {
      var start: Int64? = interval.lowerBound
      for hole in other.intervals {
        guard let from = start, hole.lowerBound <= interval.upperBound else { break }
        if hole.upperBound < from { continue }
        if hole.lowerBound > from { result.append(from...(hole.lowerBound - 1)) }
        start = hole.upperBound < interval.upperBound ? hole.upperBound + 1 : nil
      }
      if let from = start { result.append(from...interval.upperBound) }
    }
    return IntervalSet(normalized: result)
  }

  /// The largest member below `number`.
  package func last(below number: Int64) -> Int64? {
    guard number > Int64.min else { return nil }
    return intervals.last { $0.lowerBound < number }.map { Swift.min($0.upperBound, number - 1) }
  }

  /// The smallest member above `number`.
  package func first(above number: Int64) -> Int64? {
    guard number < Int64.max else { return nil }
    return intervals.first { $0.upperBound > number }.map { Swift.max($0.lowerBound, number + 1) }
  }
}
