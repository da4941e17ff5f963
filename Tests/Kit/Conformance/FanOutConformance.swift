import Testing
import Updates

/// What every fan-out promises, whichever engine is under it.
package struct FanOutConformance: Sendable {
  /// One promise, so that no implementation forgets one: run each of `promises`.
  package struct Promise: Sendable, CustomTestStringConvertible {
    package typealias Check = @Sendable (FanOutConformance) async throws -> Void

    package let testDescription: String
    package let check: Check

    init(_ description: String, _ check: @escaping Check) {
      testDescription = description
      self.check = check
    }
  }

  package static let promises: [Promise] = [
    Promise("a topic has one order") { try await $0.aTopicHasOneOrder() },
    Promise("what was published is there") { try await $0.whatWasPublishedIsThere() },
    Promise("nothing is lost or twice while a topic is followed") {
      try await $0.nothingIsLostOrTwiceWhileATopicIsFollowed()
    },
    Promise("unfollow ends the deliveries") { try await $0.unfollowEndsTheDeliveries() },
    Promise("a topic can be followed again") { try await $0.aTopicCanBeFollowedAgain() },
    Promise("refresh delivers all before it returns") { try await $0.refreshDeliversAll() },
    Promise("text is exact") { try await $0.textIsExact() },
    Promise("topics are told apart by their bytes") {
      try await $0.topicsAreToldApartByTheirBytes()
    },
    Promise("a key publishes once") { try await $0.aKeyPublishesOnce() },
    Promise("a key publishes once, however many try at once") {
      try await $0.aKeyPublishesOnceHoweverManyTry()
    },
    Promise("a key is known as long as its update is kept") {
      try await $0.aKeyIsKnownAsLongAsItsUpdateIsKept()
    },
    Promise("a place that is not kept is a reset") { try await $0.aPlaceThatIsNotKeptIsAReset() },
    Promise("the last place outlives the updates") {
      try await $0.theLastPlaceOutlivesTheUpdates()
    },
    Promise("pages join to the whole") { try await $0.pagesJoinToTheWhole() },
    Promise("now is a place") { try await $0.nowIsAPlace() },
    Promise("a topic without updates has a place") { try await $0.aTopicWithoutUpdatesHasAPlace() },
    Promise("a forgotten topic takes no cursor from before") {
      try await $0.aForgottenTopicTakesNoCursorFromBefore()
    },
  ]

  /// The clock of all that `make` makes.
  package let clock: ManualClock
  /// A fan-out on an engine of its own, which holds nothing yet.
  package let make: @Sendable (HistoryLimits) async throws -> any FanOut

  package init(
    clock: ManualClock, make: @escaping @Sendable (HistoryLimits) async throws -> any FanOut
  ) {
    self.clock = clock
    self.make = make
  }

  /// Runs a new fan-out around `body`, which begins when it is at work.
  package func withRunning<Value: Sendable>(
    _ limits: HistoryLimits = .plenty, _ body: (any FanOut) async throws -> Value
  ) async throws -> Value {
    let fanOut = try await make(limits)
    let first = try topic("first")
    return try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await fanOut.run() }
      try await fanOut.refresh(first)
      let value = try await body(fanOut)
      group.cancelAll()
      return value
    }
  }

  func topic(_ name: String = "room") throws -> Topic {
    try #require(Topic(name))
  }

  /// - Returns: the places of the updates `1`, `2` and so on.
  func publish(
    _ count: Int, on topic: Topic, to fanOut: any FanOut
  ) async throws -> [Cursor] {
    var cursors: [Cursor] = []
    for number in 1...count {
      cursors.append(try await fanOut.publish(Draft(topic: topic, data: "\(number)")))
    }
    return cursors
  }

  /// Publishes `<publisher> <number>` from many tasks; each awaits an answer before it goes on.
  static func publish(
    by publishers: [String], each count: Int, on topic: Topic, to fanOut: any FanOut,
    _ published: Journal<Cursor> = Journal()
  ) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      for publisher in publishers {
        group.addTask {
          for number in 0..<count {
            let draft = Draft(topic: topic, data: "\(publisher) \(number)")
            published.add(try await fanOut.publish(draft))
          }
        }
      }
      try await group.waitForAll()
    }
  }
}

extension HistoryLimits {
  /// More than a test needs.
  package static let plenty = HistoryLimits(size: nil, seconds: nil)
}
