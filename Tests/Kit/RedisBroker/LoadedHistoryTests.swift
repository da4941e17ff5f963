import Testing
import Updates

@testable import RedisBroker

@Suite struct LoadedHistoryTests {
  private let room: Topic

  init() throws {
    room = try #require(Topic("room"))
  }

  private func id(_ number: Int) -> StreamID {
    StreamID(milliseconds: UInt64(number) * 1000, sequence: 0)
  }

  private func place(_ number: Int, _ epoch: String = "e") -> Cursor {
    StreamCursor(epoch: epoch, id: id(number)).cursor(of: room)
  }

  private func page(
    _ numbers: [Int], floor: Int = 0, last: Int? = nil, epoch: String = "e", isFound: Bool = true,
    hasMore: Bool = false, data: String = "x", event: String? = nil
  ) -> Found<StreamPage> {
    .found(
      StreamPage(
        epoch: epoch, floor: id(floor), last: id(last ?? numbers.first ?? floor), isFound: isFound,
        hasMore: hasMore,
        entries: numbers.map { StreamPage.Entry(id: id($0), event: event, data: data) }))
  }

  private func isMore(_ step: LoadedHistory.Step) -> Bool {
    if case .more = step { true } else { false }
  }

  private func loaded(_ step: LoadedHistory.Step) throws -> (history: History, last: StreamCursor) {
    guard case .done(.found(let whole)) = step else { throw Incomplete(step: "\(step)") }
    return (whole.history, whole.last)
  }

  private struct Incomplete: Error {
    var step: String
  }

  private func kept(_ history: History) -> [Cursor] {
    history.updates(from: history.start, limit: .max).map { $0.map(\.id) } ?? []
  }

  @Test func onePageCanBeAll() throws {
    var reading = LoadedHistory(room, held: 10)
    #expect(reading.oldest == nil)
    let (history, last) = try loaded(reading.take(page([3, 2, 1])))
    #expect(kept(history) == [place(1), place(2), place(3)])
    #expect(history.floor == place(0))
    #expect(history.last == place(3))
    #expect(!history.isCut)
    #expect(last == StreamCursor(epoch: "e", id: id(3)))
  }

  @Test func pagesAreReadFromTheNewestToTheOldest() throws {
    var reading = LoadedHistory(room, held: 10)
    #expect(isMore(reading.take(page([6, 5, 4], floor: 1, hasMore: true))))
    #expect(reading.oldest == StreamCursor(epoch: "e", id: id(4)))
    // 7 and 8 came in between; they are read later.
    let (history, last) = try loaded(reading.take(page([3, 2], floor: 1, last: 8)))
    #expect(kept(history) == (2...6).map { place($0) })
    #expect(history.floor == place(1))
    #expect(!history.isCut)
    #expect(last.id == id(6))
  }

  @Test func aLastPageMayBeEmpty() throws {
    var reading = LoadedHistory(room, held: 10)
    #expect(isMore(reading.take(page([2, 1], hasMore: true))))
    let (history, last) = try loaded(reading.take(page([], last: 2)))
    #expect(kept(history) == [place(1), place(2)])
    #expect(history.floor == place(0))
    #expect(!history.isCut)
    #expect(last.id == id(2))
  }

  @Test func anEmptyStreamIsItsLastPlace() throws {
    var reading = LoadedHistory(room, held: 10)
    let (history, last) = try loaded(reading.take(page([], floor: 7, last: 7)))
    #expect(history.isEmpty)
    #expect(history.floor == place(7))
    #expect(history.last == place(7))
    #expect(!history.isCut)
    #expect(last == StreamCursor(epoch: "e", id: id(7)))
  }

  @Test func updatesAreWhatTheEntriesHold() throws {
    var reading = LoadedHistory(room, held: 10)
    let history = try loaded(reading.take(page([2], data: "a\r\n\u{E9}", event: "news"))).history
    let update = try #require(history.updates(from: history.start, limit: 1)?.first)
    #expect(
      update
        == Update(id: place(2), topic: room, event: EventName("news"), data: "a\r\n\u{E9}"))
  }

  @Test func updatesGrowOldFromTheTimeOfTheirEntries() throws {
    var reading = LoadedHistory(room, held: 10)
    var history = try loaded(reading.take(page([3, 2, 1]))).history
    history.expire(HistoryLimits(size: nil, seconds: 10), at: 12.5)
    #expect(kept(history) == [place(3)])
  }

  // MARK: Limits

  @Test func moreThanIsHeldIsCut() throws {
    var reading = LoadedHistory(room, held: 3)
    let (history, last) = try loaded(reading.take(page([6, 5, 4, 3, 2, 1])))
    #expect(kept(history) == [place(4), place(5), place(6)])
    #expect(history.floor == place(3))
    #expect(history.isCut)
    #expect(last.id == id(6))
  }

  @Test func moreThanIsHeldIsCutAcrossPages() throws {
    var reading = LoadedHistory(room, held: 3)
    #expect(isMore(reading.take(page([9, 8], hasMore: true))))
    let history = try loaded(reading.take(page([7, 6], hasMore: true))).history
    #expect(kept(history) == [place(7), place(8), place(9)])
    #expect(history.floor == place(6))
    #expect(history.isCut)
  }

  @Test func whatIsHeldExactlyIsNotCut() throws {
    var reading = LoadedHistory(room, held: 3)
    #expect(isMore(reading.take(page([5, 4, 3], floor: 2, hasMore: true))))
    let history = try loaded(reading.take(page([], floor: 2, last: 5))).history
    #expect(kept(history) == [place(3), place(4), place(5)])
    #expect(history.floor == place(2))
    #expect(!history.isCut)
  }

  @Test func oneUpdateCanBeAllThatIsHeld() throws {
    var reading = LoadedHistory(room, held: 1)
    #expect(isMore(reading.take(page([5], hasMore: true))))
    let history = try loaded(reading.take(page([4, 3], hasMore: true))).history
    #expect(kept(history) == [place(5)])
    #expect(history.floor == place(4))
    #expect(history.isCut)
  }

  @Test func noMoreUpdatesAreHeldThanMemoryIsMeantFor() throws {
    var reading = LoadedHistory(room, held: .max)
    let maximum = StreamLog.heldInMemory.updates
    var next = 2 * maximum
    var step = reading.take(page([next], hasMore: true))
    while isMore(step) {
      step = reading.take(page((1...500).map { next - $0 }, hasMore: true))
      next -= 500
    }
    let history = try loaded(step).history
    #expect(history.end - history.start == maximum)
    #expect(history.floor == place(maximum))
    #expect(history.isCut)
    #expect(history.last == place(2 * maximum))
  }

  @Test func noMoreBytesAreReadThanMemoryIsMeantFor() throws {
    let data = String(repeating: "x", count: StreamLog.heldInMemory.bytes / 4)
    var reading = LoadedHistory(room, held: 100)
    #expect(isMore(reading.take(page([9, 8], hasMore: true, data: data))))
    #expect(isMore(reading.take(page([7, 6], hasMore: true, data: data))))
    let history = try loaded(reading.take(page([5, 4], hasMore: true, data: data))).history
    #expect(kept(history) == (5...9).map { place($0) })
    #expect(history.floor == place(4))
    #expect(history.isCut)
  }

  @Test func manyBytesWithNothingBeforeThemAreNotCut() throws {
    let data = String(repeating: "x", count: StreamLog.heldInMemory.bytes)
    var reading = LoadedHistory(room, held: 100)
    let history = try loaded(reading.take(page([9, 8], floor: 7, data: data))).history
    #expect(kept(history) == [place(8), place(9)])
    #expect(history.floor == place(7))
    #expect(!history.isCut)
  }

  // MARK: What happens between two pages

  @Test func entriesThatWereDroppedMeanwhileAreNotHeld() throws {
    var reading = LoadedHistory(room, held: 10)
    #expect(isMore(reading.take(page([6, 5, 4], hasMore: true))))
    let (history, last) = try loaded(reading.take(page([], floor: 5, last: 6, isFound: false)))
    #expect(kept(history) == [place(6)])
    #expect(history.floor == place(5))
    #expect(!history.isCut)
    #expect(last.id == id(6))
  }

  @Test func theOldestThatWasReadMayBeTheLastThatWasDropped() throws {
    var reading = LoadedHistory(room, held: 10)
    #expect(isMore(reading.take(page([6, 5, 4], hasMore: true))))
    let history = try loaded(reading.take(page([], floor: 4, last: 6))).history
    #expect(kept(history) == [place(5), place(6)])
    #expect(history.floor == place(4))
  }

  @Test func allEntriesMayBeDroppedMeanwhile() throws {
    var reading = LoadedHistory(room, held: 10)
    #expect(isMore(reading.take(page([6, 5], hasMore: true))))
    let (history, last) = try loaded(reading.take(page([], floor: 6, last: 6, isFound: false)))
    #expect(history.isEmpty)
    #expect(history.floor == place(6))
    #expect(last.id == id(6))
  }

  @Test func anotherHistoryIsReadFromItsEnd() throws {
    var reading = LoadedHistory(room, held: 3)
    #expect(isMore(reading.take(page([9, 8], hasMore: true))))
    #expect(isMore(reading.take(page([7], epoch: "f", isFound: false, hasMore: false))))
    #expect(reading.oldest == nil)
    let (history, last) = try loaded(reading.take(page([2, 1], epoch: "f")))
    #expect(kept(history) == [place(1, "f"), place(2, "f")])
    #expect(history.floor == place(0, "f"))
    #expect(!history.isCut)
    #expect(last == StreamCursor(epoch: "f", id: id(2)))
  }

  @Test func whatCannotBeReadIsPassedOn() {
    var reading = LoadedHistory(room, held: 3)
    _ = reading.take(page([9, 8], hasMore: true))
    guard case .done(.nothing) = reading.take(.nothing) else {
      Issue.record("There is no history.")
      return
    }
    guard case .done(.problem(.loading)) = reading.take(.problem(.loading)) else {
      Issue.record("There is a problem.")
      return
    }
  }
}
