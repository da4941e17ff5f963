import DequeModule

/// What is kept of one topic: its last updates, and the place before the oldest of them.
///
/// The place outlives the updates, so a client that has seen all of them is never told that it missed
/// something. Updates are counted from when this history began; `end` is the number of the next.
package struct History: Sendable {
  private struct Entry: Sendable {
    var update: Update
    var key: IdempotencyKey?
    var seconds: Double
  }

  private var entries: Deque<Entry> = []
  private var keys: [IdempotencyKey: Int] = [:]
  /// The place before the oldest update that is kept.
  package private(set) var floor: Cursor
  package private(set) var start = 0
  package private(set) var bytes = 0
  /// Whether the fan-out may keep updates that were left out here for lack of memory.
  package private(set) var isCut: Bool

  package init(floor: Cursor, isCut: Bool = false) {
    self.floor = floor
    self.isCut = isCut
  }

  package var end: Int { start + entries.count }

  /// The same updates, counted from another number on.
  package func counted(from start: Int) -> History {
    var history = self
    history.start = start
    history.keys = keys.mapValues { $0 - self.start + start }
    return history
  }

  /// The place of the newest update, kept or not.
  package var last: Cursor { entries.last?.update.id ?? floor }

  package var isEmpty: Bool { entries.isEmpty }

  /// - Parameter seconds: when, on the clock that `expire` is told, too.
  package mutating func append(_ update: Update, key: IdempotencyKey? = nil, at seconds: Double) {
    if let key { keys[key] = end }
    entries.append(Entry(update: update, key: key, seconds: seconds))
    bytes += Self.size(of: update, key)
  }

  /// The number of the first update after `cursor`; nil if the cursor lies outside of this history.
  package func number(after cursor: Cursor) -> Int? {
    // Clients come back after a moment, so their place is near the end.
    if let offset = entries.lastIndex(where: { $0.update.id == cursor }) {
      return start + offset + 1
    }
    return cursor == floor ? start : nil
  }

  /// The place before update `number`; nil if that place is not kept.
  package func place(before number: Int) -> Cursor? {
    if number == start { return floor }
    let offset = number - start - 1
    return entries.indices.contains(offset) ? entries[offset].update.id : nil
  }

  package func update(under key: IdempotencyKey) -> Update? {
    keys[key].map { entries[$0 - start].update }
  }

  /// The updates from `number` on, as many as fit into `limit` and, but for the first, into `bytes`.
  ///
  /// - Returns: nil if update `number` is no longer kept.
  package func updates(from number: Int, limit: Int, bytes: Int = .max) -> [Update]? {
    guard number >= start, number <= end else { return nil }
    var found: [Update] = []
    var size = 0
    for entry in entries[(number - start)...].prefix(limit) {
      size += Self.size(of: entry.update, entry.key)
      if !found.isEmpty && size > bytes { break }
      found.append(entry.update)
    }
    return found
  }

  /// Drops what is over `limits` in number or, at `seconds`, in age.
  package mutating func expire(_ limits: HistoryLimits, at seconds: Double) {
    while let oldest = entries.first {
      let isTooMany = limits.size.map { entries.count > $0 } ?? false
      let isTooOld = limits.seconds.map { seconds - oldest.seconds > $0 } ?? false
      guard isTooMany || (isTooOld && !(limits.keepsLatest && entries.count == 1)) else { return }
      dropOldest()
    }
  }

  /// Drops the oldest updates until at most `allowed` bytes are kept.
  package mutating func cut(to allowed: Int) {
    while bytes > allowed, !isEmpty {
      dropOldest()
      isCut = true
    }
  }

  private mutating func dropOldest() {
    guard let oldest = entries.popFirst() else { return }
    // A key that was used again after its update had left stands for the later one.
    if let key = oldest.key, keys[key] == start { keys[key] = nil }
    floor = oldest.update.id
    start += 1
    bytes -= Self.size(of: oldest.update, oldest.key)
  }

  /// Text plus what the entry itself takes, roughly.
  private static func size(of update: Update, _ key: IdempotencyKey?) -> Int {
    update.data.utf8.count + (update.event?.name.utf8.count ?? 0) + 160
      + (key.map { $0.text.utf8.count + 100 } ?? 0)
  }
}

/// The histories of many topics within one bound on their bytes and one on their number.
///
/// Over the first, updates of the topics that were read least recently are dropped, oldest first; over
/// the second, those topics are forgotten. An eighth more goes than has to, as it takes a walk over all
/// topics to find them.
package struct Histories: Sendable {
  private struct Known: Sendable {
    var history: History
    var used: UInt64
  }

  private let limits: HistoryLimits
  private var known: [Topic: Known] = [:]
  private var uses: UInt64 = 0
  package private(set) var bytes = 0

  package init(limits: HistoryLimits) {
    self.limits = limits
  }

  package var topics: Int { known.count }

  package func isKnown(_ topic: Topic) -> Bool { known[topic] != nil }

  /// - Returns: the topics that were forgotten for it.
  @discardableResult
  package mutating func open(_ topic: Topic, _ history: History) -> [Topic] {
    close(topic)
    uses += 1
    known[topic] = Known(history: history, used: uses)
    bytes += history.bytes
    dropUpdates()
    guard known.count > limits.topics else { return [] }
    let forgotten = leastRecent.prefix(known.count - (limits.topics - limits.topics / 8))
    for topic in forgotten { close(topic) }
    return Array(forgotten)
  }

  package mutating func close(_ topic: Topic) {
    guard let old = known.removeValue(forKey: topic) else { return }
    bytes -= old.history.bytes
  }

  /// - Returns: what is kept at `seconds`; nil if the topic is not known.
  package mutating func read(_ topic: Topic, at seconds: Double) -> History? {
    uses += 1
    let now = uses
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
    dropUpdates()
    return number
  }

  /// Drops what grew old on topics that nobody uses.
  package mutating func expire(at seconds: Double) {
    var index = known.startIndex
    while index != known.endIndex {
      let before = known.values[index].history.bytes
      known.values[index].history.expire(limits, at: seconds)
      bytes += known.values[index].history.bytes - before
      known.formIndex(after: &index)
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

  private mutating func dropUpdates() {
    guard bytes > limits.bytes else { return }
    let goal = limits.bytes - limits.bytes / 8
    for topic in leastRecent {
      let excess = bytes - goal
      if excess <= 0 { return }
      change(topic) { $0.history.cut(to: max(0, $0.history.bytes - excess)) }
    }
  }

  private var leastRecent: [Topic] {
    known.map { (topic: $0.key, used: $0.value.used) }.sorted { $0.used < $1.used }.map(\.topic)
  }
}
