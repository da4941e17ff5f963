import Synchronization

/// A clock that stands until a test moves it.
package final class ManualClock: Sendable {
  private let state: Mutex<Double>

  package init(at seconds: Double = 1000) {
    state = Mutex(seconds)
  }

  package var seconds: Double { state.withLock { $0 } }

  package func advance(by seconds: Double) {
    state.withLock { $0 += seconds }
  }

  /// The clock as the kit takes it.
  package var read: @Sendable () -> Double {
    { self.seconds }
  }
}
