import Synchronization

/// What happened, in its order; a test waits for what it expects.
package final class Journal<Entry: Sendable>: Sendable {
  private struct State {
    var entries: [Entry] = []
    var wakes: [AsyncStream<Void>.Continuation] = []
  }

  private let state = Mutex(State())

  package init() {}

  package var entries: [Entry] { state.withLock { $0.entries } }

  package func add(_ entry: Entry) {
    let wakes = state.withLock { state in
      state.entries.append(entry)
      return state.wakes
    }
    for wake in wakes { wake.yield() }
  }

  /// - Returns: all entries as soon as they satisfy `condition`.
  /// - Throws: `CancellationError` when the time of the test is over.
  @discardableResult
  package func wait(until condition: ([Entry]) -> Bool) async throws -> [Entry] {
    let (changes, wake) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
    state.withLock { $0.wakes.append(wake) }
    var iterator = changes.makeAsyncIterator()
    while true {
      let entries = self.entries
      if condition(entries) { return entries }
      if await iterator.next() == nil { throw CancellationError() }
    }
  }
}

/// Holds up whoever comes until it is opened.
package final class Gate: Sendable {
  private let openings = Journal<Bool>()

  package init() {}

  package func open() { openings.add(true) }

  package func pass() async { _ = try? await openings.wait { !$0.isEmpty } }
}
