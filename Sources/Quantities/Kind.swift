/// What a number measures. Every number of a kind is a whole multiple of the kind's grain, so that
/// tests on it can be decided exactly.
package enum Kind: String, CaseIterable, Sendable {
  /// A whole number.
  case count
  /// Whole milliseconds.
  case duration
  /// Whole bytes.
  case size
  /// Whole times a day.
  case rate
}

/// A unit that numbers of a kind are written in.
package struct Unit: Hashable, Sendable {
  package var symbol: String
  /// How many grains of the kind one of it is.
  package var factor: Int64
}

extension Kind {
  /// The units of the kind, largest first. A count has none.
  package var units: [Unit] {
    switch self {
    case .count: []
    case .duration:
      [
        Unit(symbol: "h", factor: 3_600_000), Unit(symbol: "min", factor: 60_000),
        Unit(symbol: "s", factor: 1000), Unit(symbol: "ms", factor: 1),
      ]
    case .size:
      [
        Unit(symbol: "MB", factor: 1_000_000), Unit(symbol: "KB", factor: 1000),
        Unit(symbol: "B", factor: 1),
      ]
    case .rate:
      [
        Unit(symbol: "/s", factor: 86400), Unit(symbol: "/min", factor: 1440),
        Unit(symbol: "/h", factor: 24), Unit(symbol: "/day", factor: 1),
      ]
    }
  }

  /// The number of grains in one SI unit (1, a second, a byte, once a second).
  package var grainsPerUnit: Double {
    switch self {
    case .count, .size: 1
    case .duration: 1000
    case .rate: 86400
    }
  }

  /// How a number of this kind is written, for messages.
  package var form: String {
    switch self {
    case .count: "a whole number such as 1000 or 20_000"
    case .duration: "a duration such as 250ms, 2s, 5min or 1h"
    case .size: "a size such as 300B, 4KB or 2MB"
    case .rate: "a rate such as 2/s, 10/min, 6/h, 1/day or never"
    }
  }
}
