import Quantities

/// The dimension of a formula's value: powers of time and of bytes.
struct Dimension: Hashable {
  var time = 0
  var bytes = 0

  init(time: Int = 0, bytes: Int = 0) {
    self.time = time
    self.bytes = bytes
  }

  init(_ kind: Kind) {
    switch kind {
    case .count: self.init()
    case .duration: self.init(time: 1)
    case .size: self.init(bytes: 1)
    case .rate: self.init(time: -1)
    }
  }

  init(_ unit: Cost.Unit) {
    switch unit {
    case .count: self.init()
    case .seconds: self.init(time: 1)
    case .perSecond: self.init(time: -1)
    case .bytes: self.init(bytes: 1)
    case .bytesPerSecond: self.init(time: -1, bytes: 1)
    }
  }

  static func + (left: Dimension, right: Dimension) -> Dimension {
    Dimension(time: left.time + right.time, bytes: left.bytes + right.bytes)
  }

  static func - (left: Dimension, right: Dimension) -> Dimension {
    Dimension(time: left.time - right.time, bytes: left.bytes - right.bytes)
  }
}

extension Kind {
  /// How many grains of the kind make one of its base: milliseconds, bytes, 1, once a millisecond.
  ///
  /// A rate is counted in times a day, and a day has 86 400 000 ms.
  var grainsPerBase: Int64 { self == .rate ? 86_400_000 : 1 }
}
