import NIOCore
import Synchronization

/// Whether Redis can be used, as others than its event loop may ask.
final class Readiness: Sendable {
  private enum State {
    case up
    /// - since: nil if it never was up.
    case down(since: NIODeadline?)
  }

  private let grace: TimeAmount
  private let state = Mutex(State.down(since: nil))

  /// - Parameter grace: how long a node counts as ready while Redis is away.
  init(grace: TimeAmount) {
    self.grace = grace
  }

  var isReady: Bool {
    switch state.withLock({ $0 }) {
    case .up: true
    case .down(let since?): .now() - since < grace
    case .down(nil): false
    }
  }

  func isUp() {
    state.withLock { $0 = .up }
  }

  func isDown() {
    state.withLock { state in
      if case .up = state { state = .down(since: .now()) }
    }
  }
}
