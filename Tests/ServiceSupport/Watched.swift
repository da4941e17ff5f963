import Synchronization

/// A value that events change and that tests wait for.
package final class Watched<Value: Sendable>: Sendable {
  private struct Waiter: Sendable {
    /// Whether it found what it waits for and went on.
    var attempt: @Sendable (inout Value) -> Bool
    var cancel: @Sendable () -> Void
  }

  private struct State: Sendable {
    var value: Value
    var waiters: [Int: Waiter] = [:]
    var waitersSoFar = 0
  }

  private let state: Mutex<State>

  package init(_ value: Value) {
    state = Mutex(State(value: value))
  }

  package var value: Value { state.withLock { $0.value } }

  package func update(_ change: (inout Value) -> Void) {
    state.withLock { state in
      change(&state.value)
      // The one that has waited longest comes first.
      for id in state.waiters.keys.sorted() {
        guard let waiter = state.waiters[id], waiter.attempt(&state.value) else { continue }
        state.waiters[id] = nil
      }
    }
  }

  /// Waits until `find` finds something, at once or after a change; it may take what it finds out
  /// of the value.
  /// - Parameter late: what the error says when the time is over.
  package func take<Found: Sendable>(
    within limit: Duration, else late: @escaping @Sendable (Value) -> String,
    _ find: @escaping @Sendable (inout Value) -> Found?
  ) async throws -> Found {
    // Mostly it is there, and a deadline costs two tasks.
    let found = state.withLock { find(&$0.value) }
    if let found { return found }
    return try await withDeadline(limit) {
      try await self.take(find)
    } late: {
      late(self.value)
    }
  }

  /// The same without a limit of its own; ends when the task is cancelled.
  package func take<Found: Sendable>(
    _ find: @escaping @Sendable (inout Value) -> Found?
  ) async throws -> Found {
    let id = state.withLock { state in
      state.waitersSoFar += 1
      return state.waitersSoFar
    }
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation {
        (continuation: CheckedContinuation<Found, any Error>) in
        add(id, continuation, find)
      }
    } onCancel: {
      let waiter = state.withLock { $0.waiters.removeValue(forKey: id) }
      waiter?.cancel()
    }
  }

  private func add<Found: Sendable>(
    _ id: Int, _ continuation: CheckedContinuation<Found, any Error>,
    _ find: @escaping @Sendable (inout Value) -> Found?
  ) {
    state.withLock { state in
      if let found = find(&state.value) {
        continuation.resume(returning: found)
      } else if Task.isCancelled {
        // The handler of the cancellation may have looked for this waiter already.
        continuation.resume(throwing: CancellationError())
      } else {
        state.waiters[id] = Waiter(
          attempt: { value in
            guard let found = find(&value) else { return false }
            continuation.resume(returning: found)
            return true
          },
          cancel: { continuation.resume(throwing: CancellationError()) })
      }
    }
  }
}
