import GRDB

enum Schema {
  /// - Returns: the epoch of the history in this file.
  static func prepare(_ database: DatabasePool, epoch: String) throws -> String {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("updates") { db in
      try db.execute(
        sql: """
          -- The epoch is in every cursor; forgotten is the last number of any topic that was dropped.
          CREATE TABLE history (epoch TEXT NOT NULL, forgotten INTEGER NOT NULL DEFAULT 0);
          -- floor is the number of the last update that was dropped, last that of the newest.
          CREATE TABLE topics (
            id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE,
            floor INTEGER NOT NULL, last INTEGER NOT NULL);
          CREATE INDEX topics_last ON topics (last);
          -- AUTOINCREMENT: a number is never used again, so a poll by number misses nothing.
          CREATE TABLE updates (
            number INTEGER PRIMARY KEY AUTOINCREMENT, topic INTEGER NOT NULL REFERENCES topics (id),
            event TEXT, data BLOB NOT NULL, key TEXT, seconds REAL NOT NULL);
          CREATE INDEX updates_topic ON updates (topic, number);
          CREATE UNIQUE INDEX updates_key ON updates (topic, key) WHERE key IS NOT NULL;
          """)
      try db.execute(sql: "INSERT INTO history (epoch) VALUES (?)", arguments: [epoch])
    }
    try migrator.migrate(database)
    return try database.read { try String.fetchOne($0, sql: "SELECT epoch FROM history") } ?? epoch
  }
}
