import Testing
import Updates

@Suite struct HistoriesTests {
  private let a = Topic.named("a")
  private let b = Topic.named("b")
  private let c = Topic.named("c")
  private let d = Topic.named("d")

  /// The bytes of one update of these tests.
  private var one: Int {
    var history = History(floor: a.place(0))
    history.append(a.update(1), at: 0)
    return history.bytes
  }

  private func histories(
    size: Int? = nil, seconds: Double? = nil, updates: Int = 1000, topics: Int = 1000,
    _ opened: [Topic]
  ) -> Histories {
    // Over its bound it drops an eighth more, which leaves room for these, and not for one more.
    let bytes = updates * one * 8 / 7 + 1
    let limits = HistoryLimits(size: size, seconds: seconds, bytes: bytes, topics: topics)
    var histories = Histories(limits: limits)
    for topic in opened { histories.open(topic, History(floor: topic.place(0))) }
    return histories
  }

  /// Reads a copy, so that nothing counts as read.
  private func kept(_ histories: Histories, _ topic: Topic, at seconds: Double = 0) -> [Int]? {
    var copy = histories
    return copy.read(topic, at: seconds).map { history in
      let updates = history.updates(from: history.start, limit: .max) ?? []
      return updates.compactMap { Int($0.data) }
    }
  }

  @Test func anUpdateOfATopicThatIsNotKnownIsNotTaken() {
    var histories = histories([a])
    let number = histories.append(b.update(1), at: 0)
    #expect(number == nil)
    #expect(kept(histories, b) == nil)
    #expect(!histories.isKnown(b))
    #expect([histories.topics, histories.bytes] == [1, 0])
  }

  @Test func updatesAreNumberedOnTheirTopic() {
    var histories = histories(size: 2, [a, b])
    var numbers = (1...4).map { histories.append(a.update($0), at: 0) }
    numbers.append(histories.append(b.update(1), at: 0))
    #expect(numbers == [0, 1, 2, 3, 0])
    #expect(kept(histories, a) == [3, 4])
    #expect(kept(histories, b) == [1])
    #expect(histories.bytes == 3 * one)
  }

  @Test func overTheBytesTheOldestOfTheTopicThatWasReadLeastRecentlyGo() {
    var histories = histories(updates: 5, [a, b, c])
    for number in 1...2 {
      _ = histories.append(a.update(number), at: 0)
      _ = histories.append(b.update(number), at: 0)
    }
    _ = histories.read(a, at: 0)
    _ = histories.append(c.update(1), at: 0)
    #expect([a, b, c].map { kept(histories, $0) } == [[1, 2], [1, 2], [1]])
    _ = histories.append(c.update(2), at: 0)
    #expect([a, b, c].map { kept(histories, $0) } == [[1, 2], [2], [1, 2]])
    _ = histories.append(c.update(3), at: 0)
    #expect([a, b, c].map { kept(histories, $0) } == [[1, 2], [], [1, 2, 3]])
    _ = histories.append(c.update(4), at: 0)
    #expect([a, b, c].map { kept(histories, $0) } == [[1, 2], [], [2, 3, 4]])
    #expect(histories.bytes == 5 * one)
    let (whole, cut) = (histories.read(a, at: 0), histories.read(b, at: 0))
    #expect(whole?.isCut == false)
    #expect(cut?.isCut == true)
    #expect(cut?.last == b.place(2))
  }

  @Test func aTopicThatWasEmptiedCanBeCutAgain() {
    var histories = histories(updates: 2, [a, b])
    for number in 1...3 {
      _ = histories.append(a.update(number), at: 0)
      _ = histories.append(b.update(number), at: 0)
    }
    #expect(kept(histories, a) == [])
    #expect(kept(histories, b) == [2, 3])
    for number in 4...9 {
      _ = histories.append(a.update(number), at: 0)
      #expect(kept(histories, a) == [])
      #expect(kept(histories, b) == [2, 3])
    }
  }

  @Test func anUpdateThatIsLargerThanAllIsAPlaceAndNoMore() {
    var histories = histories(updates: 2, [a, b])
    _ = histories.append(b.update(1), at: 0)
    let large = a.update(1, String(repeating: "x", count: 3 * one))
    let number = histories.append(large, at: 0)
    let history = histories.read(a, at: 0)
    #expect(number == 0)
    #expect(history?.isEmpty == true)
    #expect(history?.last == a.place(1))
    #expect(history?.end == 1)
    #expect(kept(histories, b) == [1])
  }

  @Test func overTheirNumberTheTopicThatWasUsedLeastRecentlyIsForgotten() {
    var histories = histories(topics: 3, [a, b, c])
    _ = histories.append(a.update(1), at: 0)
    _ = histories.append(b.update(1), at: 0)
    _ = histories.read(a, at: 0)
    histories.open(d, History(floor: d.place(0)))
    #expect([a, b, c, d].map { histories.isKnown($0) } == [true, false, true, true])
    #expect(histories.topics == 3)
    #expect(histories.bytes == one)
    histories.open(b, History(floor: b.place(1)))
    #expect([a, b, c, d].map { histories.isKnown($0) } == [true, true, false, true])
  }

  @Test func aTopicThatWasClosedAndOpenedAgainIsAsNewAsItsLastOpening() {
    var histories = histories(topics: 2, [a])
    histories.close(a)
    #expect(!histories.isKnown(a))
    histories.open(b, History(floor: b.place(0)))
    histories.open(a, History(floor: a.place(7)))
    let history = histories.read(a, at: 0)
    #expect(history?.last == a.place(7))
    histories.open(c, History(floor: c.place(0)))
    #expect([a, b, c].map { histories.isKnown($0) } == [true, false, true])
  }

  @Test func closingATopicFreesItsBytes() {
    var histories = histories([a, b])
    for number in 1...3 { _ = histories.append(a.update(number), at: 0) }
    _ = histories.append(b.update(1), at: 0)
    histories.close(a)
    #expect([histories.topics, histories.bytes] == [1, one])
    histories.close(a)
    #expect([histories.topics, histories.bytes] == [1, one])
  }

  @Test func openingATopicThatIsOpenPutsTheNewHistoryInItsPlace() {
    var histories = histories([a])
    _ = histories.append(a.update(1), at: 0)
    var history = History(floor: a.place(5))
    history.append(a.update(6), at: 0)
    history.append(a.update(7), at: 0)
    histories.open(a, history)
    #expect(kept(histories, a) == [6, 7])
    #expect([histories.topics, histories.bytes] == [1, 2 * one])
  }

  @Test func aHistoryThatIsOpenedWithTooManyBytesIsCut() {
    var histories = histories(updates: 2, [])
    var history = History(floor: a.place(0))
    for number in 1...3 { history.append(a.update(number), at: 0) }
    histories.open(a, history)
    #expect(kept(histories, a) == [2, 3])
    let cut = histories.read(a, at: 0)
    #expect(cut?.isCut == true)
  }

  @Test func whatGrewOldOnATopicThatNobodyReadsIsDropped() {
    var histories = histories(seconds: 10, [a, b])
    _ = histories.append(a.update(1), at: 0)
    _ = histories.append(a.update(2), at: 5)
    _ = histories.append(b.update(1), at: 6)
    histories.expire(at: 11)
    #expect(histories.bytes == 2 * one)
    histories.expire(at: 100)
    #expect(histories.bytes == 0)
    let history = histories.read(a, at: 100)
    #expect(history?.last == a.place(2))
  }
}
