import Conformance
import DatabasePolling
import Foundation
import Logging
import SQLiteStore
import Testing
import Updates

@Suite(.timeLimit(.minutes(10))) struct SQLiteStoreTests {
  private let clock = ManualClock()
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
  }

  private func store(
    _ file: String? = nil, _ limits: HistoryLimits = .plenty, epoch: String = Numbering.newEpoch()
  ) throws -> SQLiteStore {
    try SQLiteStore(
      path: file ?? folder.file(), limits: limits, epoch: epoch,
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, grace: 0, clock: clock.read)
  }

  private func topic(_ name: String = "room") throws -> Topic {
    try #require(Topic(name))
  }

  private func append(
    _ texts: [String], on topic: Topic, to store: SQLiteStore
  ) async throws -> [Cursor] {
    var cursors: [Cursor] = []
    for text in texts { cursors.append(try await store.append(Draft(topic: topic, data: text))) }
    return cursors
  }

  @Test(arguments: FanOutConformance.promises)
  func keepsWhatAFanOutPromises(promise: FanOutConformance.Promise) async throws {
    try await promise.check(
      FanOutConformance(clock: clock) { limits in
        let file = folder.file(UUID().uuidString)
        return DatabasePolling(store: try store(file, limits), interval: .seconds(3600))
      })
  }

  /// Or a node that polls would never learn of what came and went between two polls.
  @Test func whatIsOverTheLimitStaysForAMinute() async throws {
    let store = try SQLiteStore(
      path: folder.file(), limits: HistoryLimits(size: 1, seconds: 1), epoch: Numbering.newEpoch(),
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, clock: clock.read)
    let topic = try topic()
    _ = try await append(["a", "b", "c"], on: topic, to: store)
    clock.advance(by: 59)
    try await store.expire()
    #expect(try await store.updates(after: 0, limit: 10).map(\.update.data) == ["a", "b", "c"])
    clock.advance(by: 2)
    _ = try await append(["d"], on: topic, to: store)
    #expect(try await store.updates(after: 0, limit: 10).map(\.update.data) == ["d"])
  }

  @Test func twoNodesOnOneFileSeeOneOrder() async throws {
    let nodes = try (0..<2).map { _ in
      DatabasePolling(store: try store(), interval: .seconds(3600))
    }
    let topic = try topic("first")
    try await withThrowingTaskGroup(of: Void.self) { group in
      for node in nodes {
        group.addTask { try await node.run() }
        try await node.refresh(topic)
      }
      try await FanOutConformance.nodesSeeOneOrder(nodes[0], nodes[1])
      group.cancelAll()
    }
  }

  @Test func aFileThatIsOpenedAgainHasKeptEverything() async throws {
    let topic = try topic()
    let event = try #require(EventName("news"))
    let draft = Draft(topic: topic, event: event, data: "\0\u{E9}", key: IdempotencyKey("k"))
    var before: SQLiteStore? = try store(epoch: "e1")
    let first = try await before?.append(draft)
    let rest = try await append(["", "three"], on: topic, to: try #require(before))
    let newest = try await before?.newest()
    before = nil

    let after = try store(epoch: "e2")
    let page = try await after.page(of: topic, from: .earliest, limit: 10)
    #expect(page.updates.map(\.id) == [first].compactMap { $0 } + rest)
    #expect(page.updates.map(\.event) == [event, nil, nil])
    #expect(
      page.updates.map { Array($0.data.utf8) }
        == ["\0\u{E9}", "", "three"].map { Array($0.utf8) })
    let missed = try await after.page(of: topic, from: .after(rest[0]), limit: 10)
    #expect(missed.updates.map(\.id) == [rest[1]])
    #expect(!missed.isReset)
    #expect(try await after.newest() == newest)
    #expect(try await after.append(draft) == first)
    await #expect(throws: Refusal.keyReused) {
      try await after.append(Draft(topic: topic, data: "other", key: IdempotencyKey("k")))
    }
    let new = try await append(["four"], on: topic, to: after)
    #expect(page.start.text.hasPrefix("e1-"))
    #expect(new[0].text.hasPrefix("e1-"))
    #expect(!(page.updates.map(\.id).contains(new[0])))
  }

  @Test func allTopicsAreInOneOrder() async throws {
    let (store, topics) = (try store(), [try topic("a"), try topic("b")])
    for number in 1...7 {
      _ = try await append(["\(number)"], on: topics[number % 2], to: store)
    }
    let updates = try await store.updates(after: 2, limit: 3)
    #expect(updates.map(\.number) == [3, 4, 5])
    #expect(updates.map(\.update.data) == ["3", "4", "5"])
    #expect(updates.map(\.update.topic) == [topics[1], topics[0], topics[1]])
    #expect(try await store.updates(after: 7, limit: 3).isEmpty)
    #expect(try await store.newest() == 7)
  }

  @Test func numbersAreNotUsedAgainAfterUpdatesWereDropped() async throws {
    let (store, topic) = (try store(nil, HistoryLimits(size: nil, seconds: 60)), try topic())
    let old = try await append(["one", "two"], on: topic, to: store)
    clock.advance(by: 61)
    try await store.expire()
    #expect(try await store.newest() == 2)
    let empty = try await store.page(of: topic, from: .earliest, limit: 10)
    #expect(empty == Page(start: old[1], updates: [], next: old[1], isReset: false))
    let (history, newest) = try await store.history(of: topic)
    #expect(history.isEmpty)
    #expect(history.last == old[1])
    #expect(newest == 2)
    let new = try await append(["three"], on: topic, to: store)
    #expect(try await store.newest() == 3)
    #expect(!old.contains(new[0]))
  }

  @Test func expiryLeavesWhatIsYoungEnoughOnEachTopic() async throws {
    let store = try store(nil, HistoryLimits(size: nil, seconds: 60))
    let (a, b) = (try topic("a"), try topic("b"))
    _ = try await append(["1"], on: a, to: store)
    clock.advance(by: 30)
    _ = try await append(["2"], on: a, to: store)
    _ = try await append(["3"], on: b, to: store)
    clock.advance(by: 31)
    try await store.expire()
    let pages = [
      try await store.page(of: a, from: .earliest, limit: 10),
      try await store.page(of: b, from: .earliest, limit: 10),
    ]
    #expect(pages.map { $0.updates.map(\.data) } == [["2"], ["3"]])
  }

  @Test func theLatestStaysIfTheLimitsSaySo() async throws {
    let limits = HistoryLimits(size: nil, seconds: 60, keepsLatest: true)
    let (store, topic) = (try store(nil, limits), try topic())
    _ = try await append(["one", "two"], on: topic, to: store)
    clock.advance(by: 1_000_000)
    try await store.expire()
    let page = try await store.page(of: topic, from: .earliest, limit: 10)
    #expect(page.updates.map(\.data) == ["two"])
    #expect(!page.isReset)
  }

  @Test func aSmallerSizeHoldsFromTheNextUpdateOn() async throws {
    let topic = try topic()
    let cursors = try await append(["1", "2", "3", "4"], on: topic, to: try store())
    let smaller = try store(nil, HistoryLimits(size: 2, seconds: nil))
    let (history, _) = try await smaller.history(of: topic)
    #expect(history.updates(from: history.start, limit: 10)?.map(\.id) == Array(cursors[2...]))
    #expect(history.floor == cursors[1])
    let new = try await append(["5"], on: topic, to: smaller)
    let page = try await smaller.page(of: topic, from: .earliest, limit: 10)
    #expect(page.updates.map(\.id) == [cursors[3]] + new)
  }

  @Test func overTheirNumberTheTopicThatWasQuietLongestIsForgotten() async throws {
    let store = try store(nil, HistoryLimits(size: nil, seconds: nil, topics: 2))
    let (a, b, c) = (try topic("a"), try topic("b"), try topic("c"))
    let places = [
      try await append(["1"], on: a, to: store)[0], try await append(["2"], on: b, to: store)[0],
    ]
    _ = try await append(["3"], on: a, to: store)
    _ = try await append(["4"], on: c, to: store)
    let kept = try await store.page(of: a, from: .after(places[0]), limit: 10)
    #expect(kept.updates.map(\.data) == ["3"])
    _ = try await append(["5"], on: b, to: store)
    let again = try await store.page(of: b, from: .after(places[1]), limit: 10)
    #expect(again.updates.map(\.data) == ["5"])
    let forgotten = try await store.page(of: a, from: .after(places[0]), limit: 10)
    #expect(forgotten.isReset)
    #expect(forgotten.updates.isEmpty)
  }

  @Test func theVariableNamesTheFile() throws {
    func path(_ url: String?) throws -> String {
      try SQLiteStore.path(
        EnvironmentVariables(url.map { ["DATABASE_URL": $0] } ?? [:]), in: "/srv")
    }
    #expect(try path(nil) == "/srv/updates.sqlite")
    #expect(try path("sqlite:/var/lib/a b.sqlite") == "/var/lib/a b.sqlite")
    let problem = InvalidVariable(
      name: "DATABASE_URL", problem: "sqlite: and the path of a file is expected")
    for url in ["sqlite:", "updates.sqlite", "SQLITE:a", "postgres://user:secret@host/db"] {
      #expect(throws: problem) { try path(url) }
    }
  }
}
