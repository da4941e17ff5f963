import Conformance
import Synchronization
import Updates

/// A fan-out that does what a test says, and tells what it was asked.
final class ScriptedFanOut: FanOut {
  enum Request: Sendable, Equatable {
    case follow(Topic)
    case unfollow(Topic)
    case page(Topic, Start)
    case refresh(Topic)

    var isPage: Bool { if case .page = self { true } else { false } }
  }

  typealias Hook = @Sendable () -> Void

  private struct Log {
    var updates: [Update] = []
    /// How many of the oldest are not kept any more.
    var dropped = 0
    /// How many of the oldest a history leaves out for lack of memory.
    var leftOut = 0
    /// The number of the place before the oldest, if it is not that of the last that was dropped.
    var floor: Int?
    var delivered = 0
    var feed: (any Feed)?
  }

  private struct State {
    var logs: [Topic: Log] = [:]
    var refusal: Refusal?
    var gate: Gate?
    var afterOpening: Hook?
    var beforeUnfollowing: Hook?
  }

  let requests = Journal<Request>()
  private let state = Mutex(State())

  // MARK: What a test says

  /// Keeps an update without telling anybody.
  @discardableResult
  func keep(_ data: String, on topic: Topic) -> Cursor {
    state.withLock { state in Self.add(data, on: topic, &state) }
  }

  /// Keeps an update and delivers it, after those that were not delivered yet.
  @discardableResult
  func say(_ data: String, on topic: Topic) -> Cursor {
    state.withLock { state in
      let cursor = Self.add(data, on: topic, &state)
      Self.deliver(topic, &state)
      return cursor
    }
  }

  /// The place of the newest update.
  func last(on topic: Topic) -> Cursor {
    state.withLock { topic.place($0.logs[topic]?.updates.count ?? 0) }
  }

  func drop(_ count: Int, on topic: Topic) {
    state.withLock { $0.logs[topic, default: Log()].dropped = count }
  }

  func leaveOut(_ count: Int, on topic: Topic) {
    state.withLock { $0.logs[topic, default: Log()].leftOut = count }
  }

  /// The engine does not know the topic any more; it begins again at a place that nobody has seen.
  func forget(_ topic: Topic, beginningAt place: Int) {
    state.withLock { state in
      let count = state.logs[topic]?.updates.count ?? 0
      state.logs[topic]?.dropped = count
      state.logs[topic]?.floor = place
    }
  }

  /// Opens a topic once more, with what is kept of it.
  func reopen(_ topic: Topic) {
    state.withLock { state in Self.open(topic, &state) }
  }

  func refuse(_ refusal: Refusal?) { state.withLock { $0.refusal = refusal } }

  /// Holds up `follow` until the gate is opened.
  func hold(_ gate: Gate?) { state.withLock { $0.gate = gate } }

  /// Happens between the opening of a topic and the end of `follow`.
  func afterOpening(_ hook: @escaping Hook) { state.withLock { $0.afterOpening = hook } }

  func beforeUnfollowing(_ hook: @escaping Hook) {
    state.withLock { $0.beforeUnfollowing = hook }
  }

  // MARK: What a hub asks

  var isReady: Bool { true }

  func publish(_ draft: Draft) async throws(Refusal) -> Cursor {
    try check()
    return say(draft.data, on: draft.topic)
  }

  func follow(_ topic: Topic, into feed: any Feed) async throws(Refusal) {
    requests.add(.follow(topic))
    await state.withLock { $0.gate }?.pass()
    // As engines do that are asked by a task which was cancelled.
    if Task.isCancelled { throw .unavailable }
    try check()
    state.withLock { state in
      state.logs[topic, default: Log()].feed = feed
      Self.open(topic, &state)
    }
    state.withLock { $0.afterOpening }?()
  }

  func unfollow(_ topic: Topic) {
    state.withLock { $0.beforeUnfollowing }?()
    state.withLock { $0.logs[topic]?.feed = nil }
    requests.add(.unfollow(topic))
  }

  func page(of topic: Topic, from start: Start, limit: Int) async throws(Refusal) -> Page {
    requests.add(.page(topic, start))
    try check()
    let log = state.withLock { $0.logs[topic] } ?? Log()
    let number: Int? =
      switch start {
      case .now: log.updates.count
      case .earliest: log.dropped
      case .after(let cursor):
        cursor == topic.place(log.floor ?? log.dropped)
          ? log.dropped
          : log.updates[log.dropped...].firstIndex { $0.id == cursor }.map { $0 + 1 }
      }
    let first = number ?? log.dropped
    let updates = Array(log.updates[first...].prefix(limit))
    let place = topic.place(first == log.dropped ? log.floor ?? first : first)
    return Page(
      start: place, updates: updates, next: updates.last?.id ?? place, isReset: number == nil)
  }

  func refresh(_ topic: Topic) async throws(Refusal) {
    requests.add(.refresh(topic))
    try check()
    state.withLock { state in Self.deliver(topic, &state) }
  }

  func run() async throws {}

  private func check() throws(Refusal) {
    if let refusal = state.withLock({ $0.refusal }) { throw refusal }
  }

  private static func open(_ topic: Topic, _ state: inout State) {
    guard let log = state.logs[topic] else { return }
    let start = max(log.leftOut, log.dropped)
    var history = History(
      floor: topic.place(start == log.dropped ? log.floor ?? start : start),
      isCut: start > log.dropped)
    for update in log.updates[start...] { history.append(update, at: 0) }
    log.feed?.open(topic, history)
    state.logs[topic]?.delivered = log.updates.count
  }

  private static func add(_ data: String, on topic: Topic, _ state: inout State) -> Cursor {
    let update = topic.update((state.logs[topic]?.updates.count ?? 0) + 1, data)
    state.logs[topic, default: Log()].updates.append(update)
    return update.id
  }

  /// Under the lock, so that a topic has one order.
  private static func deliver(_ topic: Topic, _ state: inout State) {
    guard let log = state.logs[topic], let feed = log.feed, log.delivered < log.updates.count
    else { return }
    state.logs[topic]?.delivered = log.updates.count
    feed.deliver(Array(log.updates[log.delivered...]), on: topic)
  }
}
