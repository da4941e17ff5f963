import Testing
import Updates

@Suite struct HistoryTests {
  private let room = Topic.named("room")
  private let key = IdempotencyKey("k")

  /// Updates 1 to `count`, one a second from second 1 on.
  private func history(_ count: Int) -> History {
    var history = History(floor: room.place(0))
    for number in 1..<(count + 1) { history.append(room.update(number), at: Double(number)) }
    return history
  }

  private func kept(_ history: History) -> [Update]? {
    history.updates(from: history.start, limit: .max)
  }

  @Test func aHistoryWithoutUpdatesIsAPlace() {
    let history = history(0)
    #expect(history.isEmpty)
    #expect(history.last == room.place(0))
    #expect(history.number(after: room.place(0)) == 0)
    #expect(history.place(before: 0) == room.place(0))
    #expect(history.place(before: 1) == nil)
    #expect(kept(history) == [])
    #expect([history.start, history.end, history.bytes] == [0, 0, 0])
  }

  @Test func everyUpdateIsAPlaceAndSoIsTheFloor() {
    let history = history(3)
    #expect((0...3).map { history.number(after: room.place($0)) } == [0, 1, 2, 3])
    #expect((0...3).compactMap { history.place(before: $0) } == (0...3).map { room.place($0) })
    #expect(history.number(after: room.place(4)) == nil)
    #expect(history.number(after: .unknown) == nil)
    #expect(history.place(before: 4) == nil)
    #expect(history.place(before: -1) == nil)
    #expect(history.last == room.place(3))
    #expect(!history.isEmpty)
  }

  @Test func updatesAreReadFromAnyNumberThatIsKept() {
    var history = history(5)
    history.expire(HistoryLimits(size: 3, seconds: nil), at: 5)
    #expect(history.updates(from: 1, limit: 9) == nil)
    #expect(history.updates(from: 2, limit: 9) == (3...5).map { room.update($0) })
    #expect(history.updates(from: 3, limit: 1) == [room.update(4)])
    #expect(history.updates(from: 5, limit: 9) == [])
    #expect(history.updates(from: 6, limit: 9) == nil)
  }

  @Test func aPieceHasAtLeastOneUpdateAndNotMoreBytesThanAllowed() {
    let history = history(5)
    let one = history.bytes / 5
    #expect(history.updates(from: 0, limit: 9, bytes: 0)?.count == 1)
    #expect(history.updates(from: 0, limit: 9, bytes: 2 * one - 1)?.count == 1)
    #expect(history.updates(from: 0, limit: 9, bytes: 2 * one)?.count == 2)
    #expect(history.updates(from: 0, limit: 1, bytes: 2 * one)?.count == 1)
    #expect(history.updates(from: 5, limit: 9, bytes: 0)?.count == 0)
  }

  @Test func whatIsTooManyGoesOldestFirst() {
    var history = history(5)
    let bytes = history.bytes
    history.expire(HistoryLimits(size: 2, seconds: nil), at: 5)
    #expect(kept(history) == [room.update(4), room.update(5)])
    #expect(history.floor == room.place(3))
    #expect([history.start, history.end] == [3, 5])
    #expect(history.number(after: room.place(3)) == 3)
    #expect(history.number(after: room.place(2)) == nil)
    #expect(history.bytes == bytes / 5 * 2)
    #expect(!history.isCut)
  }

  @Test func whatIsTooOldGoesAndItsPlaceStays() {
    var history = history(3)
    let limits = HistoryLimits(size: nil, seconds: 10)
    history.expire(limits, at: 11)
    #expect(kept(history)?.count == 3)
    history.expire(limits, at: 11.5)
    #expect(kept(history) == [room.update(2), room.update(3)])
    history.expire(limits, at: 100)
    #expect(history.isEmpty)
    #expect(history.last == room.place(3))
    #expect(history.number(after: room.place(3)) == 3)
    #expect(history.number(after: room.place(2)) == nil)
    #expect(history.bytes == 0)
    history.append(room.update(4), at: 100)
    #expect(history.number(after: room.place(3)) == 3)
    #expect(history.updates(from: 3, limit: 9) == [room.update(4)])
  }

  @Test func theLatestStaysHoweverOldIfTheLimitsSaySo() {
    var history = history(3)
    history.expire(HistoryLimits(size: 2, seconds: 10, keepsLatest: true), at: 1000)
    #expect(kept(history) == [room.update(3)])
  }

  @Test func aCutDropsTheOldestAndIsRemembered() {
    var history = history(4)
    let one = history.bytes / 4
    history.cut(to: 4 * one)
    #expect(!history.isCut)
    history.cut(to: 3 * one - 1)
    #expect(kept(history) == [room.update(3), room.update(4)])
    #expect(history.isCut)
    history.cut(to: 0)
    #expect(history.isEmpty)
    #expect(history.last == room.place(4))
    #expect([history.start, history.end, history.bytes] == [4, 4, 0])
  }

  @Test func everyPartOfAnUpdateHasItsBytes() {
    func bytes(_ event: String?, _ data: String) -> Int {
      var history = History(floor: room.place(0))
      let event = event.flatMap(EventName.init)
      history.append(
        Update(id: room.place(1), topic: room, event: event, data: data), at: 0)
      return history.bytes
    }
    #expect(bytes(nil, "") > 0)
    #expect(bytes(nil, "\u{E9}") == bytes(nil, "") + 2)
    #expect(bytes("abc", "xy") == bytes(nil, "") + 5)
  }

  @Test func aKeyIsKnownAsLongAsItsUpdate() throws {
    let key = try #require(self.key)
    var history = History(floor: room.place(0))
    history.append(room.update(1), key: key, at: 0)
    history.append(room.update(2), at: 0)
    #expect(history.update(under: key) == room.update(1))
    history.expire(HistoryLimits(size: 1, seconds: nil), at: 0)
    #expect(history.update(under: key) == nil)
    history.append(room.update(3), key: key, at: 0)
    #expect(history.update(under: key) == room.update(3))
  }

  @Test func aKeyThatWasUsedAgainStandsForTheLaterUpdate() throws {
    let key = try #require(self.key)
    var history = History(floor: room.place(0))
    history.append(room.update(1), key: key, at: 0)
    history.append(room.update(2), key: key, at: 0)
    #expect(history.update(under: key) == room.update(2))
    history.expire(HistoryLimits(size: 1, seconds: nil), at: 0)
    #expect(history.update(under: key) == room.update(2))
  }

  @Test func aPageOfAHistoryStartsWhereItWasAsked() {
    var history = history(4)
    history.expire(HistoryLimits(size: 3, seconds: nil), at: 4)
    let now = Page(of: history, from: .now, limit: 9)
    #expect(now == Page(start: room.place(4), updates: [], next: room.place(4), isReset: false))
    let oldest = Page(of: history, from: .earliest, limit: 2)
    #expect(oldest?.start == room.place(1))
    #expect(oldest?.updates == [room.update(2), room.update(3)])
    #expect(oldest?.next == room.place(3))
    #expect(Page(of: history, from: .after(room.place(3)), limit: 9)?.updates == [room.update(4)])
    #expect(Page(of: history, from: .after(room.place(0)), limit: 9) == nil)
    let restarted = Page(restartingAt: history, limit: 1)
    #expect(
      restarted
        == Page(
          start: room.place(1), updates: [room.update(2)], next: room.place(2), isReset: true))
  }
}
