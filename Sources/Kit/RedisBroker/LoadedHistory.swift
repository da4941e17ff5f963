import Updates

/// The history of a topic, as it is read backwards.
struct LoadedHistory {
  struct Whole {
    var history: History
    /// The place of its newest update, kept or not.
    var last: StreamCursor
  }

  enum Step {
    case more
    case done(Found<Whole>)
  }

  let topic: Topic
  private let held: Int
  /// The newest first.
  private var entries: [StreamPage.Entry] = []
  private var bytes = 0
  private var newest: StreamCursor?

  /// - Parameter held: updates at most.
  init(_ topic: Topic, held: Int) {
    self.topic = topic
    self.held = min(held, StreamLog.heldInMemory.updates)
  }

  /// The place before which the next page ends; nil for the end of the stream.
  var oldest: StreamCursor? {
    newest.flatMap { newest in
      entries.last.map { StreamCursor(epoch: newest.epoch, id: $0.id) }
    }
  }

  mutating func take(_ result: Found<StreamPage>) -> Step {
    switch result {
    case .nothing: return .done(.nothing)
    case .problem(let problem): return .done(.problem(problem))
    case .found(let page):
      if let newest, newest.epoch != page.epoch {
        // What was read so far is of another history.
        self = LoadedHistory(topic, held: held)
        return .more
      }
      newest = newest ?? StreamCursor(epoch: page.epoch, id: page.entries.first?.id ?? page.last)
      // Some may have been dropped since they were read.
      entries.removeAll { $0.id <= page.floor }
      if page.isFound { entries += page.entries }
      bytes += page.entries.reduce(0) { $0 + $1.data.utf8.count }
      let isEnough = entries.count > held || bytes > StreamLog.heldInMemory.bytes
      return page.isFound && page.hasMore && !isEnough ? .more : .done(.found(whole(page)))
    }
  }

  private func whole(_ page: StreamPage) -> Whole {
    var entries = entries[...]
    var floor = page.floor
    // The place before those that are held is that of one that is not.
    let isCut = entries.count > held || (page.isFound && page.hasMore && entries.count > 1)
    if isCut { floor = entries.prefix(held + 1).last?.id ?? floor }
    entries = entries.prefix(held)
    if isCut, entries.last?.id == floor { entries = entries.dropLast() }
    let last = newest ?? StreamCursor(epoch: page.epoch, id: page.last)
    var history = History(
      floor: StreamCursor(epoch: page.epoch, id: floor).cursor(of: topic), isCut: isCut)
    for entry in entries.reversed() {
      let seconds = Double(entry.id.milliseconds) / 1000
      history.append(entry.update(of: topic, page.epoch), at: seconds)
    }
    return Whole(history: history, last: last)
  }
}
