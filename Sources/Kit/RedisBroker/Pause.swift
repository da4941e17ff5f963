import NIOCore

/// How long to wait before the next attempt to connect: at random, and longer each time, so that many nodes
/// do not come back in the same moment.
struct Pause {
  private static let shortest = 0.05

  private let longest: Double
  private var limit = shortest

  init(longest: TimeAmount) {
    self.longest = Double(longest.nanoseconds) / 1e9
  }

  /// - Parameter random: a number of a range.
  mutating func next(_ random: (ClosedRange<Double>) -> Double) -> Duration {
    let seconds = random(0...min(limit, longest))
    limit = min(limit * 2, longest)
    return .seconds(seconds)
  }
}
