import ServiceLifecycle
import Synchronization

/// How a node leaves: first it takes no new updates and says that it is not ready, then what it had
/// taken is finished; only after that the server ends, and with it the streams.
final class Departure: Service, Sendable {
  private struct State {
    var isLeaving = false
    var publishing = 0
    var last: CheckedContinuation<Void, Never>?
  }

  private let state = Mutex(State())

  var isLeaving: Bool { state.withLock { $0.isLeaving } }

  /// - Returns: nil if the node leaves.
  func publishing<Value>(
    _ body: () async throws -> Value
  ) async rethrows -> Value? {
    let isWelcome = state.withLock { state in
      if !state.isLeaving { state.publishing += 1 }
      return !state.isLeaving
    }
    guard isWelcome else { return nil }
    defer {
      let last = state.withLock { state in
        state.publishing -= 1
        return state.publishing == 0 ? state.last.take() : nil
      }
      last?.resume()
    }
    return try await body()
  }

  func run() async throws {
    try await gracefulShutdown()
    await withCheckedContinuation { continuation in
      let isQuiet = state.withLock { state in
        state.isLeaving = true
        if state.publishing > 0 { state.last = continuation }
        return state.publishing == 0
      }
      if isQuiet { continuation.resume() }
    }
  }
}
