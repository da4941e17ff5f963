import TestSupport

@testable import RedisBroker

/// A stream in a server, and a node that follows it by `Following`, as the broker does. Everything that
/// takes time is a step of its own.
struct FollowingModel {
  struct Entry: Equatable {
    var id: Int
    /// No other entry, of whatever history, has it.
    var value: Int
  }

  private enum Message {
    case subscribed
    case published(epoch: Int, id: Int)
  }

  private struct Found {
    var epoch: Int
    var floor: Int
    var isFound: Bool
    var hasMore: Bool
    var entries: [Entry]
  }

  private struct Read {
    var step: Following<Int>.Step
    var epoch: Int
    /// Nil until the server has carried it out.
    var found: Found?
  }

  // The server.
  private(set) var epoch = 1
  private(set) var floor = 0
  private(set) var stream: [Entry] = []
  private var lastValue = 0

  // The node.
  private var following = Following<Int>()
  private var isConnected = false
  private var isListening = false
  private var messages: [Message] = []
  private var read: Read?
  private var hasFailed = false
  private var seenEpoch = 1
  private var isWakingSure: Bool

  /// What was handed on since the last history, and where this began.
  private(set) var handed: [Entry] = []
  private(set) var handedFloor: Int?
  private(set) var handedEpoch = 0
  /// Those who wait, and what they have to be shown at least.
  private(set) var waiting: [Int: (epoch: Int, last: Int)] = [:]
  private var lastWaiter = 0
  private(set) var served = 0
  private(set) var restarts = 0
  /// What went wrong.
  private(set) var complaints: [String] = []

  /// - Parameter isWakingSure: whether all messages arrive while the node is connected.
  init(isWakingSure: Bool) {
    self.isWakingSure = isWakingSure
  }

  private func place(_ id: Int) -> StreamID {
    StreamID(milliseconds: UInt64(id), sequence: 0)
  }

  private var last: Int { stream.last?.id ?? floor }

  // MARK: What happens to the server

  mutating func append(isHeard: Bool) {
    lastValue += 1
    stream.append(Entry(id: last + 1, value: lastValue))
    if isListening, isHeard || isWakingSure { messages.append(.published(epoch: epoch, id: last)) }
  }

  mutating func drop(_ count: Int) {
    for entry in stream.prefix(count) { floor = entry.id }
    stream.removeFirst(min(count, stream.count))
  }

  /// The newest entries are lost; others get their ids.
  mutating func restartEpoch(losing count: Int) {
    epoch += 1
    stream.removeLast(min(count, stream.count))
  }

  // MARK: What happens to the node

  mutating func connect() {
    guard !isConnected else { return }
    isConnected = true
    adopt(epoch)
  }

  mutating func listen() {
    guard isConnected, !isListening else { return }
    isListening = true
    messages.append(.subscribed)
  }

  mutating func disconnect() {
    guard isConnected else { return }
    (isConnected, isListening, hasFailed) = (false, false, false)
    messages = []
    read = nil
    for waiter in following.disconnected() { answer(waiter, isServed: false) }
    for waiter in waiting.keys { complaints.append("\(waiter) waits for a lost connection") }
  }

  mutating func takeMessage() {
    guard !messages.isEmpty else { return }
    switch messages.removeFirst() {
    case .subscribed: perform(following.subscribed())
    case .published(let epoch, let id):
      perform(following.woken(by: epoch == seenEpoch ? place(id) : .end))
    }
  }

  mutating func refresh() {
    guard isConnected else { return }
    lastWaiter += 1
    waiting[lastWaiter] = (epoch, last)
    perform(following.refresh(lastWaiter))
  }

  mutating func beat() {
    guard isConnected else { return }
    // Answers keep their order.
    if read?.found == nil { adopt(epoch) }
    if hasFailed {
      hasFailed = false
      perform(following.next())
    }
  }

  private mutating func adopt(_ epoch: Int) {
    guard epoch != seenEpoch else { return }
    seenEpoch = epoch
    perform(following.restart())
  }

  private mutating func perform(_ step: Following<Int>.Step?) {
    guard let step else { return }
    if read != nil { complaints.append("two reads at a time") }
    if !isConnected { complaints.append("a read without a connection") }
    read = Read(step: step, epoch: seenEpoch)
  }

  /// The server carries the read out.
  mutating func execute(limit: Int) {
    guard let read, read.found == nil else { return }
    var found = Found(epoch: epoch, floor: floor, isFound: true, hasMore: false, entries: stream)
    if case .rest(let after) = read.step {
      let isKept = place(floor) == after || stream.contains { place($0.id) == after }
      found.isFound = read.epoch == epoch && isKept
      let rest = found.isFound ? stream.filter { after < place($0.id) } : stream
      found.entries = Array(rest.prefix(limit))
      found.hasMore = found.entries.count == limit
    }
    self.read?.found = found
  }

  /// What the server answered arrives, or is late.
  mutating func reply(isLate: Bool) {
    guard let read, let found = read.found else { return }
    self.read = nil
    if isLate {
      hasFailed = true
      for waiter in following.ended(.failed) { answer(waiter, isServed: false) }
      return
    }
    let outcome: Following<Int>.Outcome
    switch read.step {
    case .history:
      seenEpoch = found.epoch
      outcome = .loaded(place(found.entries.last?.id ?? found.floor))
      (handed, handedFloor, handedEpoch) = (found.entries, found.floor, found.epoch)
      restarts += 1
    case .rest(let after):
      adopt(found.epoch)
      if found.epoch == read.epoch, found.isFound {
        outcome = .advanced(
          found.entries.last.map { place($0.id) } ?? after, hasMore: found.hasMore)
        handed += found.entries
      } else {
        outcome = .broken
      }
    }
    for waiter in following.ended(outcome) { answer(waiter, isServed: true) }
    perform(following.next())
  }

  private mutating func answer(_ waiter: Int, isServed: Bool) {
    guard let asked = waiting.removeValue(forKey: waiter) else {
      return complaints.append("\(waiter) is answered twice")
    }
    guard isServed else { return }
    served += 1
    let reached = handed.last?.id ?? handedFloor ?? -1
    if (handedEpoch, reached) < (asked.epoch, asked.last) {
      complaints.append("\(waiter) was shown \(reached) rather than \(asked.last)")
    }
  }

  // MARK: The end

  /// Everything that is under way arrives.
  mutating func settle() {
    connect()
    listen()
    var steps = 0
    repeat {
      while !messages.isEmpty || read != nil {
        takeMessage()
        execute(limit: 3)
        reply(isLate: false)
        steps += 1
        if steps > 10_000 { return complaints.append("it never ends") }
      }
      beat()
    } while read != nil
  }
}
