import HeapModule

/// The histories of many topics within one bound on their bytes and one on their number.
///
/// Over the first, updates of the topic that was read least recently are dropped, oldest first; over the
/// second, that topic is forgotten.
package struct Histories: Sendable {
  private struct Known: Sendable {
    var history: History
    var used: UInt64
    /// Its `Use` in the heap; others of this topic there are left over from before it was closed.
    var queued: UInt64
  }

  /// When a topic was used, as of the time that this was written; `Known.used` may be later.
  private struct Use: Comparable, Sendable {
    var used: UInt64
    var topic: Topic

    static func < (left: Use, right: Use) -> Bool { left.used < right.used }
    static func == (left: Use, right: Use) -> Bool { left.used == right.used }
  }

  private let limits: HistoryLimits
  private var known: [Topic: Known] = [:]
  private var uses = Heap<Use>()
  private var clock: UInt64 = 0
  package private(set) var bytes = 0

  package init(limits: HistoryLimits) {
    self.limits = limits
  }

  package var topics: Int { known.count }

  package func isKnown(_ topic: Topic) -> Bool { known[topic] != nil }

  package mutating func open(_ topic: Topic, _ history: History) {
    close(topic)
    clock += 1
    known[topic] = Known(history: history, used: clock, queued: clock)
    uses.insert(Use(used: clock, topic: topic))
    bytes += history.bytes
    shrink()
  }

  package mutating func close(_ topic: Topic) {
    guard let old = known.removeValue(forKey: topic) else { return }
    bytes -= old.history.bytes
  }

  /// - Returns: what is kept at `seconds`; nil if the topic is not known.
  package mutating func read(_ topic: Topic, at seconds: Double) -> History? {
    clock += 1
    let now = clock
    return change(topic) { [limits] known in
      known.used = now
      known.history.expire(limits, at: seconds)
      return known.history
    }
  }

  /// - Returns: the number of the update in its history; nil if the topic is not known.
  package mutating func append(
    _ update: Update, key: IdempotencyKey? = nil, at seconds: Double
  ) -> Int? {
    let number = change(update.topic) { [limits] known in
      known.history.append(update, key: key, at: seconds)
      let number = known.history.end - 1
      known.history.expire(limits, at: seconds)
      return number
    }
    shrink()
    return number
  }

  /// Drops what grew old on topics that nobody uses.
  package mutating func expire(at seconds: Double) {
    for topic in known.keys {
      change(topic) { [limits] in $0.history.expire(limits, at: seconds) }
    }
  }

  @discardableResult
  private mutating func change<Result>(
    _ topic: Topic, _ body: (inout Known) -> Result
  ) -> Result? {
    guard let index = known.index(forKey: topic) else { return nil }
    let before = known.values[index].history.bytes
    let result = body(&known.values[index])
    bytes += known.values[index].history.bytes - before
    return result
  }

  private mutating func shrink() {
    var emptied: [Use] = []
    while bytes > limits.bytes || known.count > limits.topics, let use = uses.popMin() {
      guard let current = known[use.topic], current.queued == use.used else { continue }
      if current.used > use.used {
        known[use.topic]?.queued = current.used
        uses.insert(Use(used: current.used, topic: use.topic))
      } else if known.count > limits.topics {
        close(use.topic)
      } else {
        let allowed = max(0, current.history.bytes - (bytes - limits.bytes))
        change(use.topic) { $0.history.cut(to: allowed) }
        emptied.append(use)
      }
    }
    for use in emptied { uses.insert(use) }
  }
}
