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
    var receivers: [Topic: @Sendable ([Update]) -> Void] = [:]
  }

  private let numbering: Numbering
  private let clock: @Sendable () -> Double
  private let state: Mutex<State>

  /// - Parameter clock: seconds, from any start, that never go back.
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
      if let key = draft.key,
        let first = open(draft.topic, &state, at: now).update(under: key)
      {
        guard draft.became(first) else { throw .keyReused }
        return first.id
      }
      _ = open(draft.topic, &state, at: now)
      state.count += 1
      let update = Update(
        id: numbering.cursor(state.count, of: draft.topic), topic: draft.topic,
        event: draft.event, data: draft.data)
      _ = state.log.append(update, key: draft.key, at: now)
      // Told under the lock: a topic has one order.
      state.receivers[draft.topic]?([update])
      return update.id
    }
  }

  package func subscribe(
    _ topic: Topic, _ receive: @escaping @Sendable ([Update]) -> Void
  ) throws(Refusal) -> History {
    let now = clock()
    return state.withLock { state in
      state.receivers[topic] = receive
      return open(topic, &state, at: now)
    }
  }

  package func unsubscribe(_ topic: Topic) {
    state.withLock { $0.receivers[topic] = nil }
  }

  package func page(of topic: Topic, from start: Start, limit: Int) throws(Refusal) -> Page {
    let now = clock()
    return state.withLock { state in
      let history = open(topic, &state, at: now)
      return Page(of: history, from: start, limit: limit)
        ?? Page(restartingAt: history, limit: limit)
    }
  }

  /// Receivers are told before `publish` returns.
  package func refresh(_ topic: Topic) throws(Refusal) {}

  package func run() async throws {
    // Nothing to do but to wait for the end.
    while !Task.isCancelled { try? await Task.sleep(for: .seconds(3600)) }
  }

  /// A new topic begins at the number of the last update of any topic, so that a topic that was
  /// forgotten and comes again does not take a cursor from before for one of its own.
  private func open(_ topic: Topic, _ state: inout State, at now: Double) -> History {
    if let history = state.log.read(topic, at: now) { return history }
    let history = History(floor: numbering.cursor(state.count, of: topic))
    state.log.open(topic, history)
    return history
  }
}
