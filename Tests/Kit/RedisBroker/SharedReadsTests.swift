import Dispatch
import NIOCore
import Testing

@testable import RedisBroker

@Suite struct SharedReadsTests {
  private let loop = StubLoop()
  private var reads = SharedReads<String, Int>()

  private func promise() -> EventLoopPromise<Int> { loop.makePromise() }

  private func finish(_ promises: [EventLoopPromise<Int>]) {
    for promise in promises { promise.succeed(0) }
  }

  private func areSame(_ left: [EventLoopPromise<Int>], _ right: [EventLoopPromise<Int>]) -> Bool {
    left.map(\.futureResult) == right.map(\.futureResult)
  }

  @Test mutating func theFirstWhoAsksIsReadForAtOnce() {
    let first = promise()
    let isFirst = reads.add(first, for: "a")
    #expect(isFirst)
    let readers = reads.begin("a")
    #expect(areSame(readers, [first]))
    let isMoreToRead = reads.end("a")
    #expect(!isMoreToRead)
    finish(readers)
  }

  @Test mutating func whoeverComesDuringAReadSharesTheNext() {
    let promises = (0..<4).map { _ in promise() }
    var answers = [reads.add(promises[0], for: "a")]
    #expect(areSame(reads.begin("a"), [promises[0]]))
    answers.append(reads.add(promises[1], for: "a"))
    answers.append(reads.add(promises[2], for: "a"))
    answers.append(reads.end("a"))
    #expect(answers == [true, false, false, true])
    let second = reads.begin("a")
    #expect(areSame(second, [promises[1], promises[2]]))
    answers = [reads.add(promises[3], for: "a"), reads.end("a")]
    #expect(answers == [false, true])
    let third = reads.begin("a")
    #expect(areSame(third, [promises[3]]))
    let isMoreToRead = reads.end("a")
    #expect(!isMoreToRead)
    finish(promises)
  }

  @Test mutating func afterTheLastReadTheNextBeginsAtOnce() {
    let promises = (0..<2).map { _ in promise() }
    for promise in promises {
      let answers = [reads.add(promise, for: "a"), !reads.begin("a").isEmpty, reads.end("a")]
      #expect(answers == [true, true, false])
    }
    finish(promises)
  }

  @Test mutating func readsOfOtherThingsAreNotShared() {
    let promises = (0..<3).map { _ in promise() }
    let answers = [
      reads.add(promises[0], for: "a"), reads.add(promises[1], for: "b"),
      reads.add(promises[2], for: "a"),
    ]
    #expect(answers == [true, true, false])
    #expect(areSame(reads.begin("b"), [promises[1]]))
    #expect(areSame(reads.begin("a"), [promises[0], promises[2]]))
    finish(promises)
  }
}

/// Runs everything at once, where it is called.
private final class StubLoop: EventLoop {
  var inEventLoop: Bool { true }

  func execute(_ task: @escaping @Sendable () -> Void) { task() }

  func scheduleTask<T>(
    deadline: NIODeadline, _ task: @escaping @Sendable () throws -> T
  ) -> Scheduled<T> {
    preconditionFailure("no task is for later")
  }

  func scheduleTask<T>(
    in delay: TimeAmount, _ task: @escaping @Sendable () throws -> T
  ) -> Scheduled<T> {
    preconditionFailure("no task is for later")
  }

  func shutdownGracefully(
    queue: DispatchQueue, _ callback: @escaping @Sendable ((any Error)?) -> Void
  ) {
    callback(nil)
  }
}
