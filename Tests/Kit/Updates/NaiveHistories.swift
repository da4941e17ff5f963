import Updates

/// What `Histories` should do, done with arrays and without cleverness.
struct NaiveHistories {
  struct Entry {
    var update: Update
    var key: IdempotencyKey?
    var seconds: Double
    var bytes: Int
  }

  struct Known {
    var floor: Cursor
    var used: Int
    var entries: [Entry] = []
    var dropped = 0
    var isCut = false

    func update(under key: IdempotencyKey) -> Update? {
      entries.last { $0.key == key }?.update
    }
  }

  let limits: HistoryLimits
  private(set) var known: [Topic: Known] = [:]
  private var uses = 0

  init(limits: HistoryLimits) {
    self.limits = limits
  }

  var bytes: Int {
    known.values.flatMap(\.entries).reduce(0) { $0 + $1.bytes }
  }

  mutating func open(_ topic: Topic, at floor: Cursor) {
    uses += 1
    known[topic] = Known(floor: floor, used: uses)
    shrink()
  }

  mutating func close(_ topic: Topic) {
    known[topic] = nil
  }

  mutating func read(_ topic: Topic, at seconds: Double) -> Known? {
    uses += 1
    known[topic]?.used = uses
    expire(topic, at: seconds)
    return known[topic]
  }

  mutating func append(_ update: Update, key: IdempotencyKey?, at seconds: Double) -> Int? {
    guard let old = known[update.topic] else { return nil }
    var alone = History(floor: update.id)
    alone.append(update, key: key, at: 0)
    known[update.topic]?.entries.append(
      Entry(update: update, key: key, seconds: seconds, bytes: alone.bytes))
    expire(update.topic, at: seconds)
    shrink()
    return old.dropped + old.entries.count
  }

  mutating func expire(at seconds: Double) {
    for topic in Array(known.keys) { expire(topic, at: seconds) }
  }

  private mutating func expire(_ topic: Topic, at seconds: Double) {
    while let entries = known[topic]?.entries, let oldest = entries.first {
      let isTooMany = entries.count > limits.size ?? .max
      let isTooOld = seconds - oldest.seconds > limits.seconds ?? .infinity
      let isLatest = limits.keepsLatest && entries.count == 1
      guard isTooMany || (isTooOld && !isLatest) else { return }
      drop(topic)
    }
  }

  private mutating func shrink() {
    let leastRecentFirst = known.sorted { $0.value.used < $1.value.used }.map(\.key)
    if known.count > limits.topics {
      let goal = limits.topics - limits.topics / 8
      for topic in leastRecentFirst where known.count > goal { known[topic] = nil }
    }
    guard bytes > limits.bytes else { return }
    let goal = limits.bytes - limits.bytes / 8
    for topic in leastRecentFirst {
      while bytes > goal, known[topic]?.entries.isEmpty == false {
        drop(topic)
        known[topic]?.isCut = true
      }
    }
  }

  private mutating func drop(_ topic: Topic) {
    guard let oldest = known[topic]?.entries.removeFirst() else { return }
    known[topic]?.floor = oldest.update.id
    known[topic]?.dropped += 1
  }
}
