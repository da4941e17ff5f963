/// Looks for what is wrong on one topic. Updates are named by their places in `updates`, which has
/// them in the order in which they were acknowledged.
struct TopicExamination {
  private(set) var findings: [DeliveryFinding] = []

  private let topic: String
  private let record: TopicRecord
  private var updates: [TopicRecord.Update] = []
  /// How many of them were acknowledged; those that were adopted follow.
  private var acknowledged = 0
  private var places: [String: Int] = [:]
  private var unanswered: [TopicRecord.Update]
  /// What each client received between its resets, without repetitions.
  private var receipts: [(client: String, runs: [[Int]])] = []

  init(_ topic: String, _ record: TopicRecord) {
    self.topic = topic
    self.record = record
    unanswered = record.unanswered
    readPublished()
    for (client, reading) in record.readings.sorted(by: { $0.key < $1.key }) {
      read(client, reading)
    }
    checkPublishers()
    let sequences = receipts.flatMap { $0.runs }
    if let order = CommonOrder.find(sequences, count: updates.count) {
      checkCompleteness(order)
    } else {
      checkAgreement()
    }
  }

  private mutating func report(
    _ kind: DeliveryFinding.Kind, _ clients: [String], _ ids: [String]
  ) {
    findings.append(DeliveryFinding(kind, topic: topic, clients: clients, ids: ids))
  }

  // MARK: Each by itself

  private mutating func readPublished() {
    for update in record.published {
      guard let place = places[update.id] else {
        places[update.id] = updates.count
        updates.append(update)
        continue
      }
      if updates[place] != update { report(.idReused, [], [update.id]) }
    }
    acknowledged = updates.count
  }

  private mutating func read(_ client: String, _ reading: TopicRecord.Reading) {
    var runs: [[Int]] = [[]]
    var seen: Set<Int> = []
    for entry in reading.entries {
      guard case .update(let id, let data) = entry else {
        runs.append([])
        seen = []
        continue
      }
      var place = places[id]
      if place == nil { place = adopt(id, data) }
      guard let place else {
        report(.unknown, [client], [id])
        continue
      }
      if updates[place].data != data { report(.wrongData, [client], [id]) }
      if seen.insert(place).inserted {
        runs[runs.count - 1].append(place)
      } else {
        report(.twice, [client], [id])
      }
    }
    receipts.append((client: client, runs: runs))
  }

  /// An update whose publisher does not know that it was taken has its id from the first client.
  private mutating func adopt(_ id: String, _ data: String) -> Int? {
    guard let index = unanswered.firstIndex(where: { $0.data == data }) else { return nil }
    var update = unanswered.remove(at: index)
    update.id = id
    places[id] = updates.count
    updates.append(update)
    return updates.count - 1
  }

  private mutating func checkPublishers() {
    var told: Set<[Int]> = []
    for (client, runs) in receipts {
      for run in runs {
        var last: [String: Int] = [:]
        for place in run {
          let update = updates[place]
          if let before = last[update.publisher], updates[before].number > update.number,
            told.insert([before, place]).inserted
          {
            report(.publisherDisordered, [client], [updates[before].id, update.id])
          }
          last[update.publisher] = place
        }
      }
    }
  }

  // MARK: One against another

  private mutating func checkAgreement() {
    let all = receipts.flatMap { client, runs in runs.map { (client: client, run: $0) } }
    var told: Set<[Int]> = []
    for (index, first) in all.enumerated() {
      for second in all.dropFirst(index + 1) {
        let position = Dictionary(
          uniqueKeysWithValues: second.run.enumerated().map { ($0.element, $0.offset) })
        let shared = first.run.filter { position[$0] != nil }
        for (a, b) in zip(shared, shared.dropFirst()) {
          guard let left = position[a], let right = position[b], left > right else { continue }
          let pair = [min(a, b), max(a, b)]
          guard told.insert(pair).inserted else { continue }
          let clients = Set([first.client, second.client]).sorted()
          report(.clientsDisagree, clients, pair.map { updates[$0].id })
        }
      }
    }
    if told.isEmpty { report(.noCommonOrder, [], []) }
  }

  // MARK: All against the order

  /// Positions in the order from which on, and up to which, a client should have everything.
  private struct Span {
    var first: Int?
    /// Updates that were told after so many others are due wherever they stand.
    var told: Int?
    var end: Int
  }

  private mutating func checkCompleteness(_ order: [Int]) {
    var positions = [Int?](repeating: nil, count: updates.count)
    for (position, place) in order.enumerated() { positions[place] = position }
    var spans: [Span] = []
    for (client, runs) in receipts {
      guard let reading = record.readings[client] else { continue }
      for (number, run) in runs.enumerated() {
        let isLast = number == runs.count - 1
        let start = number == 0 ? lastBefore(reading.start, positions, order.count) : nil
        var received = run.compactMap { positions[$0] }
        if number == 0, case .after = reading.start, let start {
          let again = received.filter { $0 <= start }
          if !again.isEmpty { report(.twice, [client], ids(again.map { order[$0] })) }
          received.removeAll { $0 <= start }
        }
        check(client, received, from: start, isOpen: isLast && !reading.hasLeft, order)
        guard let end = received.last ?? start else { continue }
        var told: Int?
        if number == 0, case .since(let count) = reading.start { told = count }
        spans.append(
          Span(
            first: start ?? received.first, told: told,
            end: isLast && !reading.hasLeft ? order.count : end))
      }
    }
    checkUnseen(positions, spans, order.count)
  }

  /// - Returns: the position behind which a client begins, −1 for all; nil if that is not known.
  private func lastBefore(
    _ start: TopicRecord.Start, _ positions: [Int?], _ count: Int
  ) -> Int? {
    switch start {
    case .unknown: return nil
    case .since(let told):
      let due = positions.prefix(acknowledged).dropFirst(told).compactMap { $0 }
      return (due.min() ?? count) - 1
    case .after(let id):
      guard let place = places[id] else { return nil }
      // An update that nobody received has no position: the last that was acknowledged before it.
      return positions[place] ?? positions.prefix(place).compactMap { $0 }.max() ?? -1
    }
  }

  private mutating func check(
    _ client: String, _ received: [Int], from start: Int?, isOpen: Bool, _ order: [Int]
  ) {
    var before = start
    for position in received {
      if let before, position > before + 1 {
        report(.gap, [client], ids(order[(before + 1)..<position]))
      }
      before = position
    }
    if isOpen, let before, before + 1 < order.count {
      report(.lost, [client], ids(order[(before + 1)...]))
    }
  }

  /// What was acknowledged and reached nobody is lost if it must stand where some client reads
  /// without a reset: after what its publisher sent before it, before what it sent next.
  private mutating func checkUnseen(_ positions: [Int?], _ spans: [Span], _ count: Int) {
    for (place, update) in updates.enumerated() where positions[place] == nil {
      var lower = -1
      var upper = count
      for (other, position) in positions.enumerated() {
        guard let position, updates[other].publisher == update.publisher else { continue }
        if updates[other].number < update.number { lower = max(lower, position) }
        if updates[other].number > update.number { upper = min(upper, position) }
      }
      let isDue = spans.contains { span in
        let isBehindStart =
          span.first.map { $0 <= lower } ?? false
          || span.told.map { place >= $0 } ?? false
        return isBehindStart && upper <= span.end
      }
      if isDue { report(.lost, [], [update.id]) }
    }
  }

  private func ids(_ places: some Sequence<Int>) -> [String] {
    places.map { updates[$0].id }
  }
}
