/// How far this node has read the stream of a topic that it follows, and what it has to read next.
///
/// One read at a time: what wakes it during a read is read by the next.
struct Following<Waiter> {
  enum Step: Equatable {
    /// All that is kept.
    case history
    case rest(after: StreamID)
  }

  enum Outcome {
    /// All that is kept was read, of the history that holds now, and this is the last of it.
    case loaded(StreamID)
    /// Nothing was missed since the last read; this is the last entry now.
    case advanced(StreamID, hasMore: Bool)
    /// What follows on the last entry that was seen is not known.
    case broken
    case failed
  }

  /// The last entry that was handed on; nil until the history was.
  private(set) var seen: StreamID?
  private var isSubscribed = false
  private var isBusy = false
  private var isStale = true
  /// Whether the read that is under way began before a restart.
  private var isOutdated = false
  private var waiting: [Waiter] = []
  private var served: [Waiter] = []

  /// From now on it is woken by whatever comes.
  mutating func subscribed() -> Step? {
    isSubscribed = true
    return next()
  }

  mutating func woken(by id: StreamID) -> Step? {
    guard seen.map({ $0 < id }) ?? true else { return nil }
    isStale = true
    return next()
  }

  /// - Parameter waiter: is done when a read that begins now or later has ended.
  mutating func refresh(_ waiter: Waiter) -> Step? {
    waiting.append(waiter)
    return next()
  }

  /// What was seen is of a history that is over.
  mutating func restart() -> Step? {
    seen = nil
    isStale = true
    isOutdated = isBusy
    return next()
  }

  /// - Returns: who was waiting in vain.
  mutating func disconnected() -> [Waiter] {
    defer { (waiting, served) = ([], []) }
    isSubscribed = false
    isBusy = false
    isOutdated = false
    isStale = true
    return waiting + served
  }

  /// - Returns: who waited for it.
  mutating func ended(_ outcome: Outcome) -> [Waiter] {
    isBusy = false
    defer { isOutdated = false }
    switch outcome {
    case .loaded(let last): seen = last
    case .advanced where isOutdated: return []
    case .advanced(let last, let hasMore):
      seen = last
      if hasMore {
        isStale = true
        return []
      }
    case .broken:
      seen = nil
      isStale = true
      return []
    case .failed: isStale = true
    }
    defer { served = [] }
    return served
  }

  /// What to read now, if anything; then `ended` has to be told.
  mutating func next() -> Step? {
    guard isSubscribed, !isBusy, isStale || !waiting.isEmpty else { return nil }
    isBusy = true
    isStale = false
    served += waiting
    waiting = []
    return seen.map { .rest(after: $0) } ?? .history
  }
}
