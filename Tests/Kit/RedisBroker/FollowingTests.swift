import Testing

@testable import RedisBroker

@Suite struct FollowingTests {
  private func id(_ number: Int) -> StreamID {
    StreamID(milliseconds: UInt64(number), sequence: 0)
  }

  /// The history was read up to entry `number`, and nothing is under way.
  private func following(to number: Int) -> Following<Int> {
    var following = Following<Int>()
    _ = following.subscribed()
    _ = following.ended(.loaded(id(number)))
    return following
  }

  private func advanced(_ number: Int, hasMore: Bool = false) -> Following<Int>.Outcome {
    .advanced(id(number), hasMore: hasMore)
  }

  @Test func nothingIsReadBeforeMessagesCome() {
    var following = Following<Int>()
    #expect(following.next() == nil)
    #expect(following.woken(by: id(1)) == nil)
    #expect(following.refresh(7) == nil)
    #expect(following.restart() == nil)
    #expect(following.subscribed() == .history)
    #expect(following.ended(.loaded(id(1))) == [7])
  }

  @Test func theHistoryIsReadFirst() {
    var following = Following<Int>()
    #expect(following.subscribed() == .history)
    #expect(following.seen == nil)
    #expect(following.ended(.loaded(id(3))).isEmpty)
    #expect(following.seen == id(3))
    #expect(following.next() == nil)
  }

  @Test func whatComesIsReadFromTheLastThatWasSeen() {
    var following = following(to: 3)
    #expect(following.woken(by: id(4)) == .rest(after: id(3)))
    #expect(following.ended(advanced(5)).isEmpty)
    #expect(following.seen == id(5))
    #expect(following.next() == nil)
    #expect(following.woken(by: id(6)) == .rest(after: id(5)))
  }

  @Test func whatWasSeenWakesNobody() {
    var following = following(to: 3)
    for number in 0...3 { #expect(following.woken(by: id(number)) == nil) }
    #expect(following.next() == nil)
    #expect(following.woken(by: StreamID(milliseconds: 3, sequence: 1)) == .rest(after: id(3)))
  }

  @Test func anIdThatDoesNotCompareAlwaysWakes() {
    var following = following(to: 3)
    #expect(following.woken(by: .end) == .rest(after: id(3)))
  }

  @Test func whatWakesDuringAReadIsReadByTheNext() {
    var following = following(to: 3)
    #expect(following.woken(by: id(4)) == .rest(after: id(3)))
    #expect(following.woken(by: id(5)) == nil)
    #expect(following.woken(by: id(6)) == nil)
    #expect(following.next() == nil)
    #expect(following.ended(advanced(4)).isEmpty)
    #expect(following.next() == .rest(after: id(4)))
    #expect(following.next() == nil)
    #expect(following.ended(advanced(6)).isEmpty)
    #expect(following.next() == nil)
  }

  @Test func whatWakesDuringTheFirstReadIsReadByTheNext() {
    var following = Following<Int>()
    #expect(following.subscribed() == .history)
    #expect(following.woken(by: id(2)) == nil)
    _ = following.ended(.loaded(id(1)))
    #expect(following.next() == .rest(after: id(1)))
  }

  @Test func aRefreshReadsThoughNothingWoke() {
    var following = following(to: 3)
    #expect(following.refresh(7) == .rest(after: id(3)))
    #expect(following.ended(advanced(3)) == [7])
    #expect(following.next() == nil)
  }

  @Test func aReadUnderWayServesNobodyWhoComesLater() {
    var following = following(to: 3)
    #expect(following.refresh(7) == .rest(after: id(3)))
    #expect(following.refresh(8) == nil)
    #expect(following.refresh(9) == nil)
    #expect(following.ended(advanced(4)) == [7])
    #expect(following.next() == .rest(after: id(4)))
    #expect(following.refresh(10) == nil)
    #expect(following.ended(advanced(4)) == [8, 9])
    #expect(following.next() == .rest(after: id(4)))
    #expect(following.ended(advanced(4)) == [10])
    #expect(following.next() == nil)
  }

  @Test func whoeverWaitsIsToldWhenNoMoreIsToRead() {
    var following = following(to: 3)
    #expect(following.refresh(7) == .rest(after: id(3)))
    #expect(following.ended(advanced(5, hasMore: true)).isEmpty)
    #expect(following.next() == .rest(after: id(5)))
    #expect(following.refresh(8) == nil)
    #expect(following.ended(advanced(7, hasMore: true)).isEmpty)
    #expect(following.next() == .rest(after: id(7)))
    #expect(following.ended(advanced(8)) == [7, 8])
    #expect(following.next() == nil)
  }

  @Test func aPlaceThatIsGoneLeadsToTheHistory() {
    var following = following(to: 3)
    #expect(following.refresh(7) == .rest(after: id(3)))
    #expect(following.ended(.broken).isEmpty)
    #expect(following.seen == nil)
    #expect(following.next() == .history)
    #expect(following.ended(.loaded(id(9))) == [7])
    #expect(following.next() == nil)
  }

  @Test func anotherHistoryIsReadFromItsStart() {
    var following = following(to: 3)
    #expect(following.restart() == .history)
    #expect(following.ended(.loaded(id(1))).isEmpty)
    #expect(following.seen == id(1))
    #expect(following.woken(by: id(2)) == .rest(after: id(1)))
  }

  @Test func aHistoryThatEndsDuringAReadLeadsToTheNext() {
    var following = following(to: 3)
    #expect(following.refresh(7) == .rest(after: id(3)))
    #expect(following.restart() == nil)
    #expect(following.ended(.broken).isEmpty)
    #expect(following.next() == .history)
    #expect(following.ended(.loaded(id(1))) == [7])
  }

  /// The read may have been of the history that is over, and its last entry with it.
  @Test func whatAReadFoundBeforeARestartIsNotGoneOnFrom() {
    var following = following(to: 3)
    #expect(following.refresh(7) == .rest(after: id(3)))
    #expect(following.restart() == nil)
    #expect(following.ended(advanced(4)).isEmpty)
    #expect(following.next() == .history)
    #expect(following.ended(.loaded(id(2))) == [7])
    #expect(following.next() == nil)
  }

  @Test(arguments: [false, true])
  func aReadThatBeganAfterARestartCounts(isReadInBetween: Bool) {
    var following = following(to: 3)
    if isReadInBetween { _ = following.woken(by: id(4)) }
    _ = following.restart()
    if isReadInBetween {
      _ = following.ended(advanced(4))
      _ = following.next()
    }
    _ = following.ended(.loaded(id(1)))
    #expect(following.woken(by: id(2)) == .rest(after: id(1)))
    #expect(following.refresh(7) == nil)
    _ = following.ended(advanced(2))
    #expect(following.seen == id(2))
    #expect(following.next() == .rest(after: id(2)))
    #expect(following.ended(advanced(2)) == [7])
  }

  @Test func aRestartDuringTheFirstReadLeadsToAnother() {
    var following = Following<Int>()
    #expect(following.subscribed() == .history)
    #expect(following.restart() == nil)
    _ = following.ended(.loaded(id(4)))
    #expect(following.next() != nil)
  }

  @Test func aLostConnectionTurnsAllAway() {
    var following = following(to: 3)
    #expect(following.refresh(7) == .rest(after: id(3)))
    #expect(following.refresh(8) == nil)
    #expect(following.disconnected().sorted() == [7, 8])
    #expect(following.disconnected().isEmpty)
  }

  @Test func nothingIsLostAfterALostConnection() {
    var following = following(to: 3)
    #expect(following.woken(by: id(4)) == .rest(after: id(3)))
    #expect(following.disconnected().isEmpty)
    #expect(following.next() == nil)
    #expect(following.woken(by: id(5)) == nil)
    #expect(following.refresh(9) == nil)
    #expect(following.subscribed() == .rest(after: id(3)))
    #expect(following.ended(advanced(5)) == [9])
    #expect(following.next() == nil)
  }

  @Test func aLostConnectionWithoutAnyReadLeadsToOne() {
    var following = following(to: 3)
    #expect(following.disconnected().isEmpty)
    #expect(following.subscribed() == .rest(after: id(3)))
  }

  @Test func aHistoryThatEndsWhileNotConnectedIsReadAfterwards() {
    var following = following(to: 3)
    #expect(following.disconnected().isEmpty)
    #expect(following.restart() == nil)
    #expect(following.subscribed() == .history)
  }

  @Test func aReadThatFailedIsRepeated() {
    var following = following(to: 3)
    #expect(following.refresh(7) == .rest(after: id(3)))
    #expect(following.refresh(8) == nil)
    #expect(following.ended(.failed) == [7])
    #expect(following.seen == id(3))
    #expect(following.next() == .rest(after: id(3)))
    #expect(following.ended(advanced(4)) == [8])
    #expect(following.next() == nil)
  }

  @Test func aReadThatFailedAfterSomeWasReadTellsAllWhoWaited() {
    var following = following(to: 3)
    #expect(following.refresh(7) == .rest(after: id(3)))
    #expect(following.ended(advanced(5, hasMore: true)).isEmpty)
    #expect(following.next() == .rest(after: id(5)))
    #expect(following.ended(.failed) == [7])
    #expect(following.next() == .rest(after: id(5)))
  }

  @Test func aHistoryThatCouldNotBeReadIsReadAgain() {
    var following = Following<Int>()
    #expect(following.subscribed() == .history)
    #expect(following.ended(.failed).isEmpty)
    #expect(following.woken(by: id(1)) == .history)
  }
}
