import Conformance
import TestSupport
import Testing
import Updates

/// `Histories` beside a model that is too simple to be wrong.
@Suite struct HistoriesModelTests {
  private static let topics = ["a", "b", "c", "d", "e", "f"].map(Topic.named)
  private static let keys = ["k", "l", "m"].compactMap(IdempotencyKey.init)

  static let limits = [
    HistoryLimits(size: 5, seconds: 20, bytes: 2000, topics: 4),
    HistoryLimits(size: nil, seconds: nil, bytes: 1500, topics: 6),
    HistoryLimits(size: 4, seconds: 5, bytes: 100_000, topics: 3, keepsLatest: true),
    HistoryLimits(size: nil, seconds: 30, bytes: 700, topics: 2),
    HistoryLimits(size: 1, seconds: nil, bytes: 100_000, topics: 1),
  ]

  @Test(arguments: HistoriesModelTests.limits.indices)
  func manyRandomOperationsLeaveWhatTheModelLeaves(index: Int) {
    var generator = SeededGenerator(seed: UInt64(index) + 1)
    var histories = Histories(limits: Self.limits[index])
    var model = NaiveHistories(limits: Self.limits[index])
    var seconds = 0.0
    var forgotten = 0
    for number in 1...1500 {
      seconds += Double(Int.random(in: 0...4, using: &generator)) / 2
      let topic = Self.topics[Int.random(in: 0..<Self.topics.count, using: &generator)]
      let before = model.known.count
      switch Int.random(in: 0..<100, using: &generator) {
      case ..<55:
        let data = String(repeating: "x", count: Int.random(in: 0...300, using: &generator))
        let key =
          Bool.random(using: &generator)
          ? nil : Self.keys[Int.random(in: 0..<Self.keys.count, using: &generator)]
        let update = topic.update(number, data)
        let given = histories.append(update, key: key, at: seconds)
        let expected = model.append(update, key: key, at: seconds)
        #expect(given == expected)
      case ..<75:
        _ = histories.read(topic, at: seconds)
        _ = model.read(topic, at: seconds)
      case ..<90:
        let isNew = model.known[topic] == nil
        histories.open(topic, History(floor: topic.place(number)))
        model.open(topic, at: topic.place(number))
        if isNew && model.known.count == before { forgotten += 1 }
      case ..<94:
        histories.close(topic)
        model.close(topic)
      default:
        histories.expire(at: seconds)
        model.expire(at: seconds)
      }
      Self.expectTheSame(histories, model, at: seconds)
    }
    #expect(forgotten > 0 || Self.limits[index].topics >= Self.topics.count)
  }

  /// Compares copies, so that no topic counts as read.
  private static func expectTheSame(
    _ histories: Histories, _ model: NaiveHistories, at seconds: Double
  ) {
    #expect(histories.bytes == model.bytes)
    #expect(histories.topics == model.known.count)
    var (histories, model) = (histories, model)
    for topic in topics {
      let history = histories.read(topic, at: seconds)
      let known = model.read(topic, at: seconds)
      let areKnown = [history != nil, known != nil]
      #expect(areKnown[0] == areKnown[1], "\(topic)")
      guard let history, let known else { continue }
      let updates = history.updates(from: history.start, limit: .max)
      #expect(updates?.map(\.id) == known.entries.map(\.update.id), "\(topic)")
      #expect(history.floor == known.floor)
      #expect(history.start == known.dropped)
      #expect(history.isCut == known.isCut)
      #expect(history.bytes == known.entries.reduce(0) { $0 + $1.bytes })
      #expect(keys.map(history.update(under:)) == keys.map(known.update(under:)))
    }
  }
}
