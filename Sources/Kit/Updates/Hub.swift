import NIOCore
import ServiceLifecycle
import Synchronization

/// In one server: the topics that its clients want, what is kept of them, and who listens.
///
/// A topic is open here while it has listeners, and some time longer. The fan-out delivers its updates;
/// they go into the topic's history and to the shards of the event loops that have listeners for it.
package final class Hub: Feed, Sendable {
  private struct Attendance {
    var shards: [Shard] = []
    var used: Double
  }

  private struct State {
    var histories: Histories
    var open: [Topic: Attendance] = [:]
    var waiting: [Topic: [CheckedContinuation<Result<Void, Refusal>, Never>]] = [:]
    var shards: [ObjectIdentifier: Shard] = [:]
  }

  private static let idleSeconds = 60.0

  private let fanOut: any FanOut
  private let limits: HistoryLimits
  /// Bytes that a client may leave unread before it is cut off.
  package let maximumQueue: Int
  private let clock: @Sendable () -> Double
  private let state: Mutex<State>
  let deliveries = Atomic<Int>(0)
  let slowClients = Atomic<Int>(0)

  /// - Parameters:
  ///   - maximumQueue: bytes that a client may leave unread before it is cut off.
  ///   - clock: seconds since 1970.
  package init(
    fanOut: any FanOut, limits: HistoryLimits, maximumQueue: Int = 1_000_000,
    clock: @escaping @Sendable () -> Double
  ) {
    self.fanOut = fanOut
    self.limits = limits
    self.maximumQueue = maximumQueue
    self.clock = clock
    state = Mutex(State(histories: Histories(limits: limits)))
  }

  package var isReady: Bool { fanOut.isReady }

  package func publish(_ draft: Draft) async throws(Refusal) -> Cursor {
    try await fanOut.publish(draft)
  }

  /// Called on `loop`, on which the subscriber lives.
  package func subscribe(
    _ subscriber: any Subscriber, to topic: Topic, from start: Start, on loop: any EventLoop
  ) -> Subscription {
    shard(of: loop).subscribe(subscriber, to: topic, from: start)
  }

  /// What a client that polls gets. A limit below 1 counts as 1.
  package func page(
    of topic: Topic, from start: Start, limit: Int
  ) async throws(Refusal) -> Page {
    let limit = max(1, limit)
    if let page = pageInMemory(of: topic, from: start, limit: limit) { return page }
    if !isOpen(topic) {
      // Who only asks around must not fill the room that listeners need.
      guard hasRoom else { return try await fanOut.page(of: topic, from: start, limit: limit) }
      try await hold(topic)
      if let page = pageInMemory(of: topic, from: start, limit: limit) { return page }
    }
    return try await distantPage(of: topic, from: start, limit: limit).page
  }

  package func open(_ topic: Topic, _ history: History) {
    let now = clock()
    state.withLock { state in
      guard let attendance = state.open[topic] else {
        state.histories.open(topic, history)
        state.open[topic] = Attendance(used: now)
        return
      }
      // Not even the number after the last means the same as before.
      let end = state.histories.read(topic, at: now)?.end ?? 0
      state.histories.open(topic, history.counted(from: end + 1))
      guard let kept = state.histories.read(topic, at: now) else { return }
      for shard in attendance.shards { shard.restart(topic, kept) }
    }
  }

  package func deliver(_ updates: [Update], on topic: Topic) {
    guard !updates.isEmpty else { return }
    let now = clock()
    state.withLock { state in
      guard let shards = state.open[topic]?.shards else { return }
      var first: Int?
      for update in updates {
        let number = state.histories.append(update, at: now)
        first = first ?? number
      }
      guard let first else { return }
      // Posted under the lock, so that all shards see one order.
      for shard in shards { shard.post(updates, number: first, on: topic) }
    }
  }

  enum Join {
    case joined(number: Int, place: Cursor, delivered: Int)
    /// The shard has yet to deliver what the client has already seen elsewhere.
    case ahead
    case notOpen
    /// Perhaps the fan-out knows this place; nil is the oldest.
    case notHere(Cursor?)
  }

  enum Place {
    case start(Start)
    /// A place that the fan-out knows; if memory here does not, the update with this number is next.
    case after(Cursor, next: Int)
  }

  /// - Parameter delivered: how far the shard is on this topic; nil if it has no listeners yet.
  func join(_ topic: Topic, from start: Place, on shard: Shard, delivered: Int?) -> Join {
    let now = clock()
    return state.withLock { state in
      guard state.open[topic] != nil, let history = state.histories.read(topic, at: now) else {
        return .notOpen
      }
      let delivered = delivered ?? history.end
      let number: Int
      switch start {
      case .after(let cursor, let next):
        guard let found = history.number(after: cursor) ?? (next < history.start ? nil : next)
        else { return .notHere(cursor) }
        number = found
      case .start(.now): number = delivered
      case .start(.earliest):
        if history.isCut { return .notHere(nil) }
        number = history.start
      case .start(.after(let cursor)):
        guard let found = history.number(after: cursor) else { return .notHere(cursor) }
        number = found
      }
      // Of another opening of this topic than this history.
      if number > history.end { return .notHere(history.last) }
      guard number <= delivered, let place = history.place(before: number) else { return .ahead }
      if state.open[topic]?.shards.contains(where: { $0 === shard }) == false {
        state.open[topic]?.shards.append(shard)
      }
      return .joined(number: number, place: place, delivered: delivered)
    }
  }

  func leave(_ topic: Topic, from shard: Shard) {
    let now = clock()
    state.withLock { state in
      state.open[topic]?.shards.removeAll { $0 === shard }
      state.open[topic]?.used = now
    }
  }

  func updates(of topic: Topic, from number: Int, limit: Int) -> [Update]? {
    let now = clock()
    return state.withLock { state in
      state.histories.read(topic, at: now)?.updates(from: number, limit: limit, bytes: 64 * 1024)
    }
  }

  /// Opens the topic if it is not open; one request to the fan-out, however many wait for it.
  func hold(_ topic: Topic) async throws(Refusal) {
    while true {
      let isBusy = state.withLock { state -> Bool? in
        if state.open[topic] != nil { return nil }
        if state.waiting[topic] != nil { return true }
        state.waiting[topic] = []
        return false
      }
      guard let isBusy else { return }
      // A task of its own: who asked first may give up, and the others still want the topic.
      if !isBusy { Task { await follow(topic) } }
      let result = await withCheckedContinuation { continuation in
        let isOver = state.withLock { $0.waiting[topic]?.append(continuation) == nil }
        if isOver { continuation.resume(returning: .success(())) }
      }
      try result.get()
    }
  }

  private func follow(_ topic: Topic) async {
    let result: Result<Void, Refusal>
    do throws(Refusal) {
      if isFull { close(idleFor: 0) }
      guard !isFull else { throw Refusal.full }
      try await fanOut.follow(topic, into: self)
      result = .success(())
    } catch {
      result = .failure(error)
    }
    wake(topic, result)
  }

  private func wake(_ topic: Topic, _ result: Result<Void, Refusal>) {
    let waiting = state.withLock { $0.waiting.removeValue(forKey: topic) } ?? []
    for continuation in waiting { continuation.resume(returning: result) }
  }

  /// What memory here does not hold: first the fan-out is asked whether it is only late.
  ///
  /// - Returns: with `end`, the number of the next update here from before the fan-out was asked.
  func distantPage(
    of topic: Topic, from start: Start, limit: Int
  ) async throws(Refusal) -> (page: Page, end: Int) {
    let now = clock()
    let end = state.withLock { $0.histories.read(topic, at: now)?.end ?? 0 }
    try await fanOut.refresh(topic)
    if let page = pageInMemory(of: topic, from: start, limit: limit) { return (page, end) }
    return (try await fanOut.page(of: topic, from: start, limit: limit), end)
  }

  private func pageInMemory(of topic: Topic, from start: Start, limit: Int) -> Page? {
    let now = clock()
    return state.withLock { state in
      guard let history = state.histories.read(topic, at: now) else { return nil }
      if start == .earliest, history.isCut { return nil }
      state.open[topic]?.used = now
      return Page(of: history, from: start, limit: limit)
    }
  }

  private var isFull: Bool {
    state.withLock { $0.open.count + $0.waiting.count } > limits.topics
  }

  private var hasRoom: Bool {
    state.withLock { $0.open.count < limits.topics / 2 }
  }

  private func isOpen(_ topic: Topic) -> Bool {
    state.withLock { $0.open[topic] != nil }
  }

  private func shard(of loop: any EventLoop) -> Shard {
    state.withLock { state in
      let id = ObjectIdentifier(loop)
      if let shard = state.shards[id] { return shard }
      let shard = Shard(loop: loop, maximumQueue: maximumQueue, hub: self)
      state.shards[id] = shard
      return shard
    }
  }

  /// Once a second: heartbeats, and the end of topics that nobody reads.
  package func tick() {
    let now = clock()
    state.withLock { state in
      state.histories.expire(at: now)
      for shard in state.shards.values { shard.loop.execute { shard.tick() } }
    }
    close(idleFor: Self.idleSeconds)
  }

  private func close(idleFor seconds: Double) {
    let now = clock()
    let idle = state.withLock { state in
      let idle = state.open.filter { topic, attendance in
        // Who waits for it is about to use it.
        attendance.shards.isEmpty && now - attendance.used > seconds && state.waiting[topic] == nil
      }
      for topic in idle.keys {
        state.open[topic] = nil
        state.histories.close(topic)
        // Who wants it again meanwhile must not follow it before it was unfollowed.
        state.waiting[topic] = []
      }
      return Array(idle.keys)
    }
    for topic in idle {
      fanOut.unfollow(topic)
      wake(topic, .success(()))
    }
  }

  /// The event loops are about to end: nothing is handed to them any more.
  package func forgetLoops() {
    state.withLock { state in
      state.shards = [:]
      for topic in state.open.keys { state.open[topic]?.shards = [] }
    }
  }

  package struct Figures: Sendable, Equatable {
    package var openTopics: Int
    package var historyBytes: Int
    /// Updates that were written to subscribers, since the start.
    package var deliveries: Int
    /// Subscribers that were cut off since they did not read.
    package var slowClients: Int
  }

  package var figures: Figures {
    state.withLock { state in
      Figures(
        openTopics: state.open.count, historyBytes: state.histories.bytes,
        deliveries: deliveries.load(ordering: .relaxed),
        slowClients: slowClients.load(ordering: .relaxed))
    }
  }
}

extension Hub: Service {
  package func run() async throws {
    try await cancelWhenGracefulShutdown { [self] in
      try await withThrowingTaskGroup { group in
        group.addTask { try await self.fanOut.run() }
        group.addTask {
          while !Task.isCancelled {
            try? await Task.sleep(for: .seconds(1))
            self.tick()
          }
        }
        try await group.next()
        group.cancelAll()
      }
    }
  }
}
