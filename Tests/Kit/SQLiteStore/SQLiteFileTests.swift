import Conformance
import Foundation
import GRDB
import Logging
import SQLiteStore
import Testing
import Updates

/// What only a look into the file or the connection shows.
@Suite(.timeLimit(.minutes(10))) struct SQLiteFileTests {
  private let clock = ManualClock()
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
  }

  private func store(_ file: String, epoch: String = Numbering.newEpoch()) throws -> SQLiteStore {
    try SQLiteStore(
      path: file, limits: .plenty, epoch: epoch,
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, grace: 0, clock: clock.read)
  }

  private func room() throws -> Topic {
    try #require(Topic("room"))
  }

  /// A commit is on the disk before it is answered. The setting belongs to a connection, so the one
  /// that writes is asked.
  @Test func theConnectionThatWritesWaitsForTheDisk() throws {
    let store = try store(folder.file())
    let pool = try #require(Mirror(reflecting: store).descendant("database") as? DatabasePool)
    let (synchronous, mode) = try pool.writeWithoutTransaction { db in
      (
        try Int.fetchOne(db, sql: "PRAGMA synchronous"),
        try String.fetchOne(db, sql: "PRAGMA journal_mode")
      )
    }
    // 2 is FULL.
    #expect(synchronous == 2)
    #expect(mode == "wal")
  }

  @Test func aFileThatIsNoDatabaseIsRefused() throws {
    let file = folder.file("notes.txt")
    let text = String(repeating: "This is no database. ", count: 500)
    try text.write(toFile: file, atomically: true, encoding: .utf8)
    #expect(throws: DatabaseError.self) { try store(file) }
    #expect(try String(contentsOfFile: file, encoding: .utf8) == text)
  }

  @Test func aFolderThatIsNotThereIsRefused() {
    #expect(throws: DatabaseError.self) { try store(folder.path + "/missing/updates.sqlite") }
    #expect(throws: DatabaseError.self) { try store(folder.path) }
  }

  @Test func nodesThatStartTogetherShareOneNewFile() async throws {
    for round in 0..<10 {
      let file = folder.file("\(round).sqlite")
      let topic = try room()
      let places = try await withThrowingTaskGroup(of: String.self) { group in
        for _ in 0..<6 {
          group.addTask { [self] in
            let page = try await store(file).page(of: topic, from: .now, limit: 1)
            return page.next.text
          }
        }
        return try await group.reduce(into: Set<String>()) { $0.insert($1) }
      }
      #expect(places.count == 1)
    }
  }

  @Test func aLongTopicIsHeldInMemoryInPartAndReadWhole() async throws {
    let (store, topic) = (try store(folder.file()), try room())
    let first = try await store.append(Draft(topic: topic, data: "0"))
    let queue = try DatabaseQueue(path: folder.file())
    try await queue.write { db in
      try db.execute(
        sql: """
          WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10050)
          INSERT INTO updates (topic, data, seconds) SELECT 1, CAST(i AS BLOB), 0 FROM n;
          UPDATE topics SET last = (SELECT max(number) FROM updates);
          """)
    }
    let (history, newest) = try await store.history(of: topic)
    #expect(history.end - history.start == 10_000)
    #expect(history.isCut)
    #expect(newest == 10_051)
    let page = try await store.page(of: topic, from: .earliest, limit: 3)
    #expect(page.updates.map(\.data) == ["0", "1", "2"])
    #expect(page.updates.first?.id == first)
    let before = try await store.page(of: topic, from: .after(history.floor), limit: 1)
    #expect(!before.isReset)
    #expect(before.updates == history.updates(from: history.start, limit: 1))
  }

  /// The process is gone between two commits; what was answered is there, the rest is not.
  @Test func aCopyOfTheFilesAtAnyMomentHoldsWhatWasCommitted() async throws {
    let (store, topic) = (try store(folder.file(), epoch: "e1"), try room())
    var cursors: [String] = []
    for number in 1...20 {
      cursors.append(try await store.append(Draft(topic: topic, data: "\(number)")).text)
      guard number.isMultiple(of: 5) else { continue }
      let copy = folder.file("copy \(number).sqlite")
      for suffix in ["", "-wal"] {
        try FileManager.default.copyItem(
          atPath: folder.file() + suffix, toPath: copy + suffix)
      }
      let page = try await self.store(copy).page(of: topic, from: .earliest, limit: 100)
      #expect(page.updates.map(\.id.text) == cursors)
    }
  }
}
