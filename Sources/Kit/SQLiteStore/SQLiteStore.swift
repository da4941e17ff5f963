import DatabasePolling
import Foundation
import GRDB
import Logging
import Updates

// GRDB has a Cursor, too.
import struct Updates.Cursor

/// The updates of all topics in one SQLite file, which keeps them when the process is killed or power is
/// lost: a commit is on the disk (write-ahead log, `synchronous=FULL`) before it is answered.
///
/// Several processes on one machine may share the file.
package final class SQLiteStore: Store, Sendable {
  /// What a node takes into memory of a topic when its first client comes: updates, and bytes of them.
  private static let heldInMemory = (updates: 10_000, bytes: 16_000_000)

  private let database: DatabasePool
  private let limits: HistoryLimits
  private let numbering: Numbering
  private let logger: Logger
  private let clock: @Sendable () -> Double
  private let grace: Double

  /// - Parameters:
  ///   - path: the file, which is made if it is not there.
  ///   - epoch: names the history if the file is new.
  ///   - grace: seconds for which an update stays beyond the limits, so that no node misses it that polls
  ///     more often.
  ///   - clock: seconds since 1970, as several processes share what is written.
  /// - Throws: a `DatabaseError` if the file cannot be opened or is no database.
  package init(
    path: String, limits: HistoryLimits, epoch: String, logger: Logger, grace: Double = 60,
    clock: @escaping @Sendable () -> Double
  ) throws {
    var configuration = Configuration()
    configuration.busyMode = .timeout(5)
    database = try Self.open(path, configuration)
    // Set after opening, as GRDB relaxes it when it turns to write-ahead logging.
    try database.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = FULL") }
    numbering = Numbering(epoch: try Schema.prepare(database, epoch: epoch))
    self.limits = limits
    self.logger = logger
    self.clock = clock
    self.grace = grace
  }

  /// Where another process opens the same new file in the same moment, SQLite gives up at once, whatever
  /// it was told to wait.
  private static func open(_ path: String, _ configuration: Configuration) throws -> DatabasePool {
    for _ in 0..<50 {
      do {
        return try DatabasePool(path: path, configuration: configuration)
      } catch let error as DatabaseError where error.resultCode == .SQLITE_BUSY {
        Thread.sleep(forTimeInterval: 0.1)
      }
    }
    return try DatabasePool(path: path, configuration: configuration)
  }

  package func append(_ draft: Draft) async throws(Refusal) -> Cursor {
    let now = clock()
    return try await access("append an update") { [self] in
      try await database.write { [self] db in
        let id = try topic(draft.topic, db) ?? create(draft.topic, at: now, db)
        if let key = draft.key, let first = try update(under: key, id, draft.topic, db) {
          guard draft.became(first) else { throw Refusal.keyReused }
          return first.id
        }
        try db.execute(
          sql: "INSERT INTO updates (topic, event, data, key, seconds) VALUES (?, ?, ?, ?, ?)",
          arguments: [id, draft.event?.name, Data(draft.data.utf8), draft.key?.text, now])
        let number = db.lastInsertedRowID
        try db.execute(sql: "UPDATE topics SET last = ? WHERE id = ?", arguments: [number, id])
        try trim(id, at: now, db)
        return numbering.cursor(number, of: draft.topic)
      }
    }
  }

  package func newest() async throws(Refusal) -> Int64 {
    try await access("read the newest number") { [self] in
      try await database.read { try Self.newest($0) }
    }
  }

  package func updates(
    after number: Int64, limit: Int
  ) async throws(Refusal) -> [StoredUpdate] {
    try await access("poll") { [self] in
      try await database.read { [self] db in
        try Self.fetch(
          db,
          sql: """
            SELECT number, name, event, data FROM updates JOIN topics ON topics.id = topic
            WHERE number > ? ORDER BY number LIMIT ?
            """, arguments: [number, limit]
        ).compactMap { row in Topic(row["name"]).map { stored(row, on: $0) } }
      }
    }
  }

  package func history(of topic: Topic) async throws(Refusal) -> (History, newest: Int64) {
    try await access("read a topic") { [self] in
      try await database.read { [self] db in (try history(of: topic, db), try Self.newest(db)) }
    }
  }

  package func page(
    of topic: Topic, from start: Start, limit: Int
  ) async throws(Refusal) -> Page {
    try await access("read a topic") { [self] in
      try await database.read { [self] db in
        let place = try place(of: topic, db)
        let id = try self.topic(topic, db)
        let number: Int64? =
          switch start {
          case .now: place.last
          case .earliest: place.floor
          case .after(let cursor): try kept(cursor, topic, id, place, db)
          }
        let updates = try rows(id, after: number ?? place.floor, limit: limit, db)
          .map { stored($0, on: topic).update }
        let start = numbering.cursor(number ?? place.floor, of: topic)
        return Page(
          start: start, updates: updates, next: updates.last?.id ?? start, isReset: number == nil)
      }
    }
  }

  package func expire() async throws(Refusal) {
    guard let seconds = limits.seconds else { return }
    let now = clock()
    try await access("drop old updates") { [self] in
      try await database.write { [self] db in
        let topics = try Int64.fetchAll(
          db, sql: "SELECT DISTINCT topic FROM updates WHERE seconds < ?",
          arguments: [now - max(seconds, grace)])
        for id in topics { try trim(id, at: now, db) }
      }
    }
  }

  private struct Place {
    var floor: Int64
    var last: Int64
  }

  private func topic(_ topic: Topic, _ db: Database) throws -> Int64? {
    try Int64.fetchOne(
      db, sql: "SELECT id FROM topics WHERE name = ?", arguments: [topic.name])
  }

  /// Where a topic that is not known begins: after all that topics which were forgotten ever held, so
  /// that no cursor from before is taken for one of its own.
  private func place(of topic: Topic, _ db: Database) throws -> Place {
    let row = try Row.fetchOne(
      db, sql: "SELECT floor, last FROM topics WHERE name = ?", arguments: [topic.name])
    if let row { return Place(floor: row["floor"], last: row["last"]) }
    let forgotten = try Int64.fetchOne(db, sql: "SELECT forgotten FROM history") ?? 0
    return Place(floor: forgotten, last: forgotten)
  }

  private func create(_ topic: Topic, at now: Double, _ db: Database) throws -> Int64 {
    let count = try Int.fetchOne(db, sql: "SELECT count(*) FROM topics") ?? 0
    if count >= limits.topics,
      let oldest = try Int64.fetchOne(
        db,
        sql: """
          SELECT id FROM topics WHERE NOT EXISTS
            (SELECT 1 FROM updates WHERE number = topics.last AND seconds > ?)
          ORDER BY last LIMIT 1
          """, arguments: [now - grace])
    {
      try db.execute(
        sql: "UPDATE history SET forgotten = ?", arguments: [try Self.newest(db)])
      try db.execute(sql: "DELETE FROM updates WHERE topic = ?", arguments: [oldest])
      try db.execute(sql: "DELETE FROM topics WHERE id = ?", arguments: [oldest])
    }
    let place = try place(of: topic, db)
    try db.execute(
      sql: "INSERT INTO topics (name, floor, last) VALUES (?, ?, ?)",
      arguments: [topic.name, place.floor, place.last])
    return db.lastInsertedRowID
  }

  /// The number of a cursor that lies within the history.
  private func kept(
    _ cursor: Cursor, _ topic: Topic, _ id: Int64?, _ place: Place, _ db: Database
  ) throws -> Int64? {
    guard let number = numbering.number(of: cursor, on: topic) else { return nil }
    if number == place.floor { return number }
    return try Int64.fetchOne(
      db, sql: "SELECT number FROM updates WHERE topic = ? AND number = ?", arguments: [id, number])
  }

  private func rows(_ id: Int64?, after number: Int64, limit: Int, _ db: Database) throws -> [Row] {
    try Self.fetch(
      db,
      sql: """
        SELECT number, event, data FROM updates WHERE topic = ? AND number > ?
        ORDER BY number LIMIT ?
        """, arguments: [id, number, limit])
  }

  /// As many rows as have about `bytes` of data together, one at least.
  private static func fetch(
    _ db: Database, sql: String, arguments: StatementArguments, bytes: Int = Page.maximumBytes
  ) throws -> [Row] {
    let cursor = try Row.fetchCursor(db, sql: sql, arguments: arguments)
    var rows: [Row] = []
    var size = 0
    while size < bytes, let row = try cursor.next() {
      rows.append(row.copy())
      size += (row["data"] as Data).count
    }
    return rows
  }

  private func stored(_ row: Row, on topic: Topic) -> StoredUpdate {
    let event: String? = row["event"]
    let number: Int64 = row["number"]
    return StoredUpdate(
      number: number,
      update: Update(
        id: numbering.cursor(number, of: topic), topic: topic, event: event.flatMap(EventName.init),
        data: String(decoding: row["data"] as Data, as: UTF8.self)))
  }

  private func history(of topic: Topic, _ db: Database) throws -> History {
    let place = try place(of: topic, db)
    let rows = try Self.fetch(
      db,
      sql: """
        SELECT number, event, data, seconds FROM updates WHERE topic = ? AND number > ?
        ORDER BY number DESC LIMIT ?
        """,
      arguments: [
        try self.topic(topic, db), place.floor, min(limits.size ?? .max, Self.heldInMemory.updates),
      ], bytes: Self.heldInMemory.bytes)
    // The place before the oldest of them is that of an update which is left out, or the floor.
    let before = try rows.last.flatMap { row in
      try Int64.fetchOne(
        db, sql: "SELECT max(number) FROM updates WHERE topic = ? AND number < ?",
        arguments: [try self.topic(topic, db), row["number"] as Int64])
    }
    let floor = max(before ?? 0, place.floor)
    var history = History(floor: numbering.cursor(floor, of: topic), isCut: floor > place.floor)
    for row in rows.reversed() {
      history.append(stored(row, on: topic).update, at: row["seconds"])
    }
    return history
  }

  private func update(
    under key: IdempotencyKey, _ id: Int64, _ topic: Topic, _ db: Database
  ) throws -> Update? {
    let row = try Row.fetchOne(
      db, sql: "SELECT number, event, data FROM updates WHERE topic = ? AND key = ?",
      arguments: [id, key.text])
    return row.map { stored($0, on: topic).update }
  }

  private func trim(_ id: Int64, at now: Double, _ db: Database) throws {
    var bound: Int64 = 0
    if let size = limits.size {
      bound =
        try Int64.fetchOne(
          db,
          sql: "SELECT number FROM updates WHERE topic = ? ORDER BY number DESC LIMIT 1 OFFSET ?",
          arguments: [id, size]) ?? 0
      let young = try Int64.fetchOne(
        db, sql: "SELECT min(number) FROM updates WHERE topic = ? AND number <= ? AND seconds > ?",
        arguments: [id, bound, now - grace])
      if let young { bound = young - 1 }
    }
    if let seconds = limits.seconds {
      let old = try Int64.fetchOne(
        db,
        sql: """
          SELECT max(number) FROM updates
          WHERE topic = ? AND seconds < ? AND number < (SELECT last FROM topics WHERE id = ?) + ?
          """, arguments: [id, now - max(seconds, grace), id, limits.keepsLatest ? 0 : 1])
      bound = max(bound, old ?? 0)
    }
    guard bound > 0 else { return }
    try db.execute(
      sql: "DELETE FROM updates WHERE topic = ? AND number <= ?", arguments: [id, bound])
    try db.execute(sql: "UPDATE topics SET floor = ? WHERE id = ?", arguments: [bound, id])
  }

  private static func newest(_ db: Database) throws -> Int64 {
    // Deleted rows count, too: numbers are never used again.
    try Int64.fetchOne(db, sql: "SELECT seq FROM sqlite_sequence WHERE name = 'updates'") ?? 0
  }

  private func access<Value>(
    _ what: StaticString, _ body: () async throws -> Value
  ) async throws(Refusal) -> Value {
    do {
      return try await body()
    } catch let refusal as Refusal {
      throw refusal
    } catch is CancellationError {
      throw .unavailable
    } catch {
      logger.error("Cannot \(what): \(error)")
      throw .unavailable
    }
  }
}
