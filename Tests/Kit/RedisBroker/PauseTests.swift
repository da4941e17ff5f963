import NIOCore
import TestSupport
import Testing

@testable import RedisBroker

@Suite struct PauseTests {
  private func longest(_ pause: inout Pause, _ count: Int) -> [Duration] {
    (0..<count).map { _ in pause.next { $0.upperBound } }
  }

  @Test func eachPauseMayBeTwiceAsLong() {
    var pause = Pause(longest: .seconds(1))
    #expect(
      longest(&pause, 8).map { Int(($0 / .milliseconds(1)).rounded()) }
        == [50, 100, 200, 400, 800, 1000, 1000, 1000])
  }

  @Test func noPauseIsLongerThanTheLongest() {
    var pause = Pause(longest: .milliseconds(20))
    #expect(longest(&pause, 3) == [.seconds(0.02), .seconds(0.02), .seconds(0.02)])
    var none = Pause(longest: .zero)
    #expect(longest(&none, 2) == [.zero, .zero])
  }

  @Test func aPauseMayBeNone() {
    var pause = Pause(longest: .seconds(1))
    for _ in 0..<8 { #expect(pause.next { $0.lowerBound } == .zero) }
    #expect(longest(&pause, 1) == [.seconds(1)])
  }

  @Test func pausesDifferFromNodeToNode() {
    var generator = SeededGenerator(seed: 1)
    var pauses: Set<Duration> = []
    for _ in 0..<100 {
      var pause = Pause(longest: .seconds(1))
      pauses.insert(pause.next { .random(in: $0, using: &generator) })
    }
    #expect(pauses.count > 90)
    #expect(pauses.allSatisfy { (.zero ... .milliseconds(50)).contains($0) })
  }
}
