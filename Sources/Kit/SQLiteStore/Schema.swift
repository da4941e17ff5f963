import GRDB

enum Schema {
  /// - Returns: the epoch of the history in this file.
  static func prepare(_ database: DatabasePool, epoch: String) throws -> String {
    // One transaction, and nothing that is there is made again: several processes may start together.
    try database.write { db in
      try db.execute(
        sql: """
          -- The epoch is in every cursor; forgotten is the newest number when a topic was dropped.
          CREATE TABLE IF NOT EXISTS history (epoch TEXT NOT NULL, forgotten INTEGER NOT NULL);
          -- floor is the number of the last update that was dropped, last that of the newest.
          CREATE TABLE IF NOT EXISTS topics (
            id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE,
            floor INTEGER NOT NULL, last INTEGER NOT NULL);
          CREATE INDEX IF NOT EXISTS topics_last ON topics (last);
          -- AUTOINCREMENT: a number is never used again, so a poll by number misses nothing.
          CREATE TABLE IF NOT EXISTS updates (
            number INTEGER PRIMARY KEY AUTOINCREMENT, topic INTEGER NOT NULL REFERENCES topics (id),
            event TEXT, data BLOB NOT NULL, key TEXT, seconds REAL NOT NULL);
          CREATE INDEX IF NOT EXISTS updates_topic ON updates (topic, number);
          CREATE UNIQUE INDEX IF NOT EXISTS updates_key ON updates (topic, key) WHERE key IS NOT NULL;
          """)
      if let known = try String.fetchOne(db, sql: "SELECT epoch FROM history") { return known }
      try db.execute(sql: "INSERT INTO history VALUES (?, 0)", arguments: [epoch])
      return epoch
    }
  }
}
