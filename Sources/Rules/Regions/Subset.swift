import Quantities

/// A part of a variable's domain.
package enum Subset: Hashable, Sendable {
  /// Of a number, in grains.
  case numbers(IntervalSet)
  /// Of enumerated values, a bit for each by its index.
  case values(UInt64)
}

extension Subset {
  package var isEmpty: Bool {
    switch self {
    case .numbers(let set): set.isEmpty
    case .values(let mask): mask == 0
    }
  }

  /// The one member, if there is just one.
  package var single: Int64? {
    switch self {
    case .numbers(let set): set.isSingle ? set.min : nil
    case .values(let mask): mask.nonzeroBitCount == 1 ? Int64(mask.trailingZeroBitCount) : nil
    }
  }

  /// Some member.
  package var first: Int64? {
    switch self {
    case .numbers(let set): set.min
    case .values(let mask): mask == 0 ? nil : Int64(mask.trailingZeroBitCount)
    }
  }

  package func contains(_ member: Int64) -> Bool {
    switch self {
    case .numbers(let set): set.contains(member)
    case .values(let mask): (0..<64).contains(member) && mask & (1 << UInt64(member)) != 0
    }
  }

  /// The same kind of subset with one member.
  package func only(_ member: Int64) -> Subset {
    switch self {
    case .numbers: .numbers(IntervalSet(member))
    case .values: .values(1 << UInt64(member))
    }
  }

  package func intersection(_ other: Subset) -> Subset {
    pair(other, { .numbers($0.intersection($1)) }, { .values($0 & $1) })
  }

  package func subtracting(_ other: Subset) -> Subset {
    pair(other, { .numbers($0.subtracting($1)) }, { .values($0 & ~$1) })
  }

  /// Whether the two have no member in common.
  package func isDisjoint(with other: Subset) -> Bool {
    pair(other, { $0.isDisjoint(with: $1) }, { $0 & $1 == 0 })
  }

  package func isSubset(of other: Subset) -> Bool {
    pair(other, { $0.intersection($1) == $0 }, { $0 & ~$1 == 0 })
  }

  private func pair<T>(
    _ other: Subset, _ numbers: (IntervalSet, IntervalSet) -> T, _ values: (UInt64, UInt64) -> T
  ) -> T {
    switch (self, other) {
    case (.numbers(let left), .numbers(let right)): numbers(left, right)
    case (.values(let left), .values(let right)): values(left, right)
    // The loader gives each variable one sort, and tests are read against that.
    default: preconditionFailure("a variable's subsets are all of one sort")
    }
  }
}
