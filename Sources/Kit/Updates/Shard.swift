import NIOCore
import Synchronization

/// The subscribers of one event loop.
///
/// Updates from elsewhere wait in the inbox; one task a turn of the loop encodes all of them once a wire
/// format and writes the bytes to each subscriber. There is no task, timer or promise a subscriber.
///
/// `@unchecked Sendable`: the inbox is behind a mutex, and everything else that changes is touched on
/// `loop` only, which each entry point asserts.
package final class Shard: @unchecked Sendable {
  private struct Delivery {
    enum Content {
      case updates([Update])
      /// Updates were lost; it goes on after this place, with all before this number.
      case restart(at: Cursor, end: Int)
    }

    var topic: Topic
    var number: Int
    var content: Content
  }

  /// Subscribers of one topic who get the same bytes.
  final class Group {
    let format: any WireFormat
    fileprivate var subscriptions: [Subscription] = []
    /// Of those who are live, side by side, so that a walk over them touches little memory.
    var sockets: [Descriptor?] = []

    fileprivate init(_ format: any WireFormat) {
      self.format = format
    }
  }

  private final class Listeners {
    var groups: [Group] = []
    /// The number of the next update: the subscribers were given all before.
    var delivered: Int
    /// The last of these, once one was delivered here.
    var place: Cursor?
    var arrived: [Update] = []

    init(delivered: Int) {
      self.delivered = delivered
    }
  }

  private static let pieceBytes = 256 * 1024
  static let beatSeconds = 15

  let loop: any EventLoop
  let maximumQueue: Int
  private let hub: Hub
  private let inbox = Mutex<[Delivery]>([])
  private var topics: [Topic: Listeners] = [:]
  private var beats = [[Subscription]](repeating: [], count: beatSeconds)
  private var seconds = 0
  private var isWalking = false
  private var departed: [Subscription] = []

  init(loop: any EventLoop, maximumQueue: Int, hub: Hub) {
    self.loop = loop
    self.maximumQueue = maximumQueue
    self.hub = hub
  }

  /// May be called from any thread.
  func post(_ updates: [Update], number: Int, on topic: Topic) {
    post(Delivery(topic: topic, number: number, content: .updates(updates)))
  }

  /// May be called from any thread: updates were lost, and this is what there is.
  func restart(_ topic: Topic, _ history: History) {
    post(
      Delivery(
        topic: topic, number: history.start,
        content: .restart(at: history.floor, end: history.end)))
  }

  private func post(_ delivery: Delivery) {
    let isFirst = inbox.withLock { inbox in
      inbox.append(delivery)
      return inbox.count == 1
    }
    if isFirst { loop.execute { self.drain() } }
  }

  func subscribe(_ subscriber: any Subscriber, to topic: Topic, from start: Start) -> Subscription {
    loop.assertInEventLoop()
    let subscription = Subscription(topic: topic, shard: self, subscriber: subscriber)
    subscription.beatBucket = seconds % Self.beatSeconds
    subscription.beatSlot = beats[subscription.beatBucket].count
    beats[subscription.beatBucket].append(subscription)
    attach(subscription, from: .start(start))
    return subscription
  }

  /// Called once a second.
  func tick() {
    loop.assertInEventLoop()
    seconds += 1
    walk {
      for subscription in beats[seconds % Self.beatSeconds] {
        let isQuiet = subscription.subscriber.pendingBytes == 0 && subscription.hasPlace
        switch subscription.state {
        case .live where isQuiet:
          subscription.subscriber.beat()
          if subscription.subscriber.pendingBytes > 0 { subscription.pause() }
        case .waiting where subscription.isLate: end(subscription, .unavailable)
        case .waiting: subscription.isLate = true
        default: subscription.isLate = false
        }
      }
    }
  }

  private func attach(_ subscription: Subscription, from start: Hub.Place) {
    let topic = subscription.topic
    while true {
      drain()
      switch hub.join(topic, from: start, on: self, delivered: topics[topic]?.delivered) {
      case .joined(let number, let place, let delivered):
        subscription.begin(at: place, isReset: false)
        // Its connection may have broken with the first bytes.
        if case .ended = subscription.state {
          if topics[topic] == nil { hub.leave(topic, from: self) }
          return
        }
        add(subscription, delivered: delivered)
        subscription.state = .behind(next: number)
        return catchUp(subscription)
      case .ahead: continue
      case .notOpen:
        return open(subscription, from: start)
      case .notHere(let cursor): return fetch(subscription, after: cursor)
      }
    }
  }

  private func open(_ subscription: Subscription, from start: Hub.Place) {
    subscription.state = .waiting
    onLoop(subscription) { [hub, topic = subscription.topic] () async throws(Refusal) in
      try await hub.hold(topic)
    } then: { shard, subscription, _ in
      shard.attach(subscription, from: start)
    }
  }

  /// Asks the fan-out for what is not in memory: what is older, and what has not arrived here yet.
  func fetch(_ subscription: Subscription, after cursor: Cursor?) {
    let start = cursor.map(Start.after) ?? .earliest
    subscription.state = .waiting
    onLoop(subscription) { [hub, topic = subscription.topic] () async throws(Refusal) in
      try await hub.distantPage(of: topic, from: start, limit: 200)
    } then: { shard, subscription, found in
      // Another topic of the same client came first.
      guard subscription.subscriber.pendingBytes == 0 else {
        subscription.state = .away(cursor)
        return
      }
      shard.give(found.page, to: subscription, end: found.end)
    }
  }

  /// - Parameter end: the number of the next update here, from before the fan-out was asked.
  private func give(_ page: Page, to subscription: Subscription, end: Int) {
    subscription.begin(at: page.start, isReset: page.isReset)
    if case .ended = subscription.state { return }
    subscription.state = .away(page.next)
    let isTaken = page.updates.isEmpty || write(page.updates, to: subscription)
    guard isTaken, case .away = subscription.state else { return }
    // After an empty page the client is where the topic ends, even if memory here does not know its
    // place.
    attach(
      subscription,
      from: page.updates.isEmpty
        ? .after(page.next, next: end) : .start(.after(page.next)))
  }

  /// Runs `work` off the loop and `then` on it, unless the subscriber went away in the meantime.
  private func onLoop<Value: Sendable>(
    _ subscription: Subscription,
    _ work: @escaping @Sendable () async throws(Refusal) -> Value,
    then: @escaping @Sendable (Shard, Subscription, Value) -> Void
  ) {
    let bound = NIOLoopBound(subscription, eventLoop: loop)
    Task {
      let result: Result<Value, Refusal>
      do throws(Refusal) {
        result = .success(try await work())
      } catch {
        result = .failure(error)
      }
      loop.execute {
        let subscription = bound.value
        guard case .waiting = subscription.state else { return }
        switch result {
        case .success(let value): then(self, subscription, value)
        case .failure: self.end(subscription, .unavailable)
        }
      }
    }
  }

  private func add(_ subscription: Subscription, delivered: Int) {
    guard subscription.group == nil else { return }
    let listeners = topics[subscription.topic] ?? Listeners(delivered: delivered)
    topics[subscription.topic] = listeners
    let format = subscription.subscriber.format
    let group = listeners.groups.first { $0.format.name == format.name } ?? Group(format)
    if group.subscriptions.isEmpty { listeners.groups.append(group) }
    subscription.group = group
    subscription.slot = group.subscriptions.count
    group.subscriptions.append(subscription)
    group.sockets.append(nil)
  }

  private func drain() {
    loop.assertInEventLoop()
    guard !isWalking else { return }
    let deliveries = inbox.withLock { inbox in
      let all = inbox
      inbox.removeAll(keepingCapacity: true)
      return all
    }
    var joined: [Listeners] = []
    for delivery in deliveries {
      guard let listeners = topics[delivery.topic] else { continue }
      switch delivery.content {
      case .updates(let updates):
        // From before the first listener came.
        guard delivery.number == listeners.delivered + listeners.arrived.count else { continue }
        if listeners.arrived.isEmpty { joined.append(listeners) }
        listeners.arrived += updates
      case .restart(let place, let end):
        // The first listener came with this history or a later one.
        guard delivery.number > listeners.delivered else { continue }
        deliver(to: listeners)
        restart(listeners, at: place, delivery.number..<end)
      }
    }
    for listeners in joined { deliver(to: listeners) }
  }

  /// - Parameter numbers: of what is kept after `place`.
  private func restart(_ listeners: Listeners, at place: Cursor, _ numbers: Range<Int>) {
    listeners.delivered = numbers.upperBound
    listeners.place = nil
    walk {
      for subscription in listeners.groups.flatMap(\.subscriptions) {
        subscription.restart(at: place, next: numbers.lowerBound)
      }
    }
  }

  private func deliver(to listeners: Listeners) {
    var rest = listeners.arrived[...]
    listeners.arrived = []
    while !rest.isEmpty {
      let piece = Array(rest.piece(bytes: Self.pieceBytes))
      rest = rest.dropFirst(piece.count)
      let numbers = listeners.delivered..<listeners.delivered + piece.count
      listeners.delivered = numbers.upperBound
      listeners.place = piece.last?.id
      walk {
        for group in listeners.groups {
          var bytes = ByteBuffer()
          group.format.encode(piece, into: &bytes)
          let takers = group.take(bytes, numbers)
          hub.deliveries.add(piece.count * takers, ordering: .relaxed)
        }
      }
    }
  }

  func pause(_ subscription: Subscription) {
    guard let listeners = topics[subscription.topic] else { return }
    subscription.fallBehind(listeners.delivered)
  }

  /// Writes from the history until the subscriber has everything or takes no more.
  func catchUp(_ subscription: Subscription) {
    var pieces = 0
    while case .behind(let next) = subscription.state {
      // What is pending now is followed by `resume`.
      guard let listeners = topics[subscription.topic], subscription.subscriber.pendingBytes == 0
      else { return }
      if next == listeners.delivered { return subscription.isUpToDate() }
      let limit = listeners.delivered - next
      guard let updates = hub.updates(of: subscription.topic, from: next, limit: limit) else {
        // It fell out of memory while the client was slow to read it.
        return end(subscription, .tooSlow)
      }
      subscription.state = .behind(next: next + updates.count)
      guard write(updates, to: subscription) else { return }
      pieces += 1
      if pieces == 4 {
        // The others on this loop have a turn, too.
        let bound = NIOLoopBound(subscription, eventLoop: loop)
        return loop.execute { self.catchUp(bound.value) }
      }
    }
  }

  func resume(_ subscription: Subscription, at place: Cursor) -> Bool {
    guard case .behind(let next) = subscription.state, let listeners = topics[subscription.topic],
      next == listeners.delivered, listeners.place == place
    else { return false }
    subscription.isUpToDate()
    return true
  }

  private func write(_ updates: [Update], to subscription: Subscription) -> Bool {
    var bytes = ByteBuffer()
    subscription.subscriber.format.encode(updates, into: &bytes)
    subscription.catchesUp(by: bytes.readableBytes)
    hub.deliveries.add(updates.count, ordering: .relaxed)
    return subscription.subscriber.write(bytes)
  }

  func end(_ subscription: Subscription, _ reason: EndReason) {
    if case .ended = subscription.state { return }
    remove(subscription)
    if reason == .tooSlow { hub.slowClients.add(1, ordering: .relaxed) }
    subscription.subscriber.end(reason)
  }

  func remove(_ subscription: Subscription) {
    loop.assertInEventLoop()
    if case .ended = subscription.state { return }
    subscription.fallBehind(0)
    subscription.state = .ended
    if isWalking { departed.append(subscription) } else { detach(subscription) }
  }

  /// The arrays do not change below `body`; who leaves meanwhile is taken out afterwards.
  private func walk(_ body: () -> Void) {
    isWalking = true
    body()
    isWalking = false
    for subscription in departed { detach(subscription) }
    departed = []
  }

  private func detach(_ subscription: Subscription) {
    beats[subscription.beatBucket].remove(at: subscription.beatSlot) { $0.beatSlot = $1 }
    guard let group = subscription.group, let listeners = topics[subscription.topic] else { return }
    group.sockets.remove(at: subscription.slot) { _, _ in }
    group.subscriptions.remove(at: subscription.slot) { $0.slot = $1 }
    if group.subscriptions.isEmpty { listeners.groups.removeAll { $0 === group } }
    if listeners.groups.isEmpty {
      topics[subscription.topic] = nil
      hub.leave(subscription.topic, from: self)
    }
  }
}

extension Shard.Group {
  /// - Returns: how many of the subscribers were given the bytes.
  fileprivate func take(_ bytes: ByteBuffer, _ numbers: Range<Int>) -> Int {
    var takers = 0
    bytes.withUnsafeReadableBytes { pointer in
      for slot in subscriptions.indices {
        var rest = bytes
        if let socket = sockets[slot] {
          let count = socket.send(pointer) ?? 0
          if count == pointer.count {
            takers += 1
            continue
          }
          rest.moveReaderIndex(forwardBy: count)
        }
        if subscriptions[slot].take(rest, numbers) { takers += 1 }
      }
    }
    return takers
  }
}

extension Array {
  /// Puts the last element in the place of the one that leaves, and tells it its new index.
  fileprivate mutating func remove(at index: Int, moved: (Element, Int) -> Void) {
    let last = removeLast()
    if index < count {
      self[index] = last
      moved(last, index)
    }
  }
}

extension ArraySlice<Update> {
  /// The first updates that have about `bytes` together, at least one.
  fileprivate func piece(bytes: Int) -> ArraySlice<Update> {
    var size = 0
    return prefix { update in
      defer { size += update.data.utf8.count }
      return size < bytes
    }
  }
}
