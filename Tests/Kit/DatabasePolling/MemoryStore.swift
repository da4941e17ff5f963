import Conformance
import DatabasePolling
import Synchronization
import Updates

/// A database in an array, whose answers a test holds up or takes away.
final class MemoryStore: Store {
  private struct State {
    var log: [StoredUpdate] = []
    var isAway = false
    var early: Gate?
    var late: Gate?
  }

  enum Request: Sendable, Equatable {
    case newest
    case updates(after: Int64)
    case history
    /// The history was read; the answer is still to come.
    case historyWasRead
  }

  static let numbering = Numbering(epoch: "test")

  let requests = Journal<Request>()
  private let state = Mutex(State())

  func goAway(_ isAway: Bool = true) { state.withLock { $0.isAway = isAway } }

  /// Holds up the answers about histories, before or after they are read.
  func hold(early: Gate? = nil, late: Gate? = nil) {
    state.withLock { state in
      state.early = early
      state.late = late
    }
  }

  /// As another process does.
  @discardableResult
  func add(_ data: String, on topic: Topic) -> Cursor {
    state.withLock { state in
      let number = Int64(state.log.count) + 1
      let update = Update(
        id: Self.numbering.cursor(number, of: topic), topic: topic, event: nil, data: data)
      state.log.append(StoredUpdate(number: number, update: update))
      return update.id
    }
  }

  func append(_ draft: Draft) async throws(Refusal) -> Cursor {
    try check()
    return add(draft.data, on: draft.topic)
  }

  func newest() async throws(Refusal) -> Int64 {
    requests.add(.newest)
    try check()
    return state.withLock { $0.log.last?.number ?? 0 }
  }

  func updates(after number: Int64, limit: Int) async throws(Refusal) -> [StoredUpdate] {
    requests.add(.updates(after: number))
    try check()
    return state.withLock { Array($0.log.filter { $0.number > number }.prefix(limit)) }
  }

  func history(of topic: Topic) async throws(Refusal) -> (History, newest: Int64) {
    requests.add(.history)
    await state.withLock { $0.early }?.pass()
    try check()
    let log = state.withLock { $0.log }
    var history = History(floor: Self.numbering.cursor(0, of: topic))
    for stored in log where stored.update.topic == topic {
      history.append(stored.update, at: 0)
    }
    requests.add(.historyWasRead)
    await state.withLock { $0.late }?.pass()
    return (history, newest: log.last?.number ?? 0)
  }

  func page(of topic: Topic, from start: Start, limit: Int) async throws(Refusal) -> Page {
    throw .unavailable
  }

  func expire() async throws(Refusal) {}

  private func check() throws(Refusal) {
    if state.withLock({ $0.isAway }) { throw .unavailable }
  }
}
