import PubSub
import Synchronization
import Updates

/// A broker in the memory of this process: no service to start, and one node only.
///
/// Keeps nothing when the process ends. Its cursors name the process by their epoch, so a client that
/// comes back to the next process is told that it missed updates.
package final class InProcessBroker: Broker, Sendable {
  private struct State {
    var log: Histories
    var count: Int64 = 0
    /// The last number when a topic was forgotten.
    var forgotten: Int64 = 0
    var receivers: [Topic: @Sendable (Arrival) -> Void] = [:]
  }

  private let numbering: Numbering
  private let clock: @Sendable () -> Double
  private let state: Mutex<State>

  /// - Parameter clock: seconds since 1970.
  package init(
    limits: HistoryLimits, epoch: String, clock: @escaping @Sendable () -> Double
  ) {
    numbering = Numbering(epoch: epoch)
    self.clock = clock
    state = Mutex(State(log: Histories(limits: limits)))
  }

  package var isReady: Bool { true }

  package func publish(_ draft: Draft) throws(Refusal) -> Cursor {
    let now = clock()
    return try state.withLock { state throws(Refusal) in
      if let key = draft.key, let first = history(draft.topic, &state, now).update(under: key) {
        guard draft.became(first) else { throw .keyReused }
        return first.id
      }
      open(draft.topic, &state, now)
      state.count += 1
      let update = Update(
        id: numbering.cursor(state.count, of: draft.topic), topic: draft.topic,
        event: draft.event, data: draft.data)
      _ = state.log.append(update, key: draft.key, at: now)
      // Told under the lock: a topic has one order.
      state.receivers[draft.topic]?(.updates([update]))
      return update.id
    }
  }

  package func subscribe(
    _ topic: Topic, _ receive: @escaping @Sendable (Arrival) -> Void
  ) throws(Refusal) -> History {
    let now = clock()
    return state.withLock { state in
      state.receivers[topic] = receive
      return history(topic, &state, now)
    }
  }

  package func unsubscribe(_ topic: Topic) {
    state.withLock { $0.receivers[topic] = nil }
  }

  package func page(of topic: Topic, from start: Start, limit: Int) throws(Refusal) -> Page {
    let now = clock()
    return state.withLock { state in
      let history = history(topic, &state, now)
      return Page(of: history, from: start, limit: limit)
        ?? Page(restartingAt: history, limit: limit)
    }
  }

  /// Receivers are told before `publish` returns.
  package func refresh(_ topic: Topic) throws(Refusal) {}

  package func run() async throws {
    while !Task.isCancelled {
      try? await Task.sleep(for: .seconds(10))
      let now = clock()
      state.withLock { $0.log.expire(at: now) }
    }
  }

  /// A topic that nobody has published on yet takes no room. It begins after all that topics which were
  /// forgotten ever held, so that no cursor from before is taken for one of its own.
  private func history(_ topic: Topic, _ state: inout State, _ now: Double) -> History {
    state.log.read(topic, at: now) ?? History(floor: numbering.cursor(state.forgotten, of: topic))
  }

  private func open(_ topic: Topic, _ state: inout State, _ now: Double) {
    // Read, as publishing is a use, too: the least recently used topic is forgotten first.
    guard state.log.read(topic, at: now) == nil else { return }
    let forgotten = state.log.open(topic, history(topic, &state, now))
    if !forgotten.isEmpty { state.forgotten = state.count }
  }
}
