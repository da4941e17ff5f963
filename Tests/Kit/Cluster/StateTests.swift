import Foundation
import ServiceSupport
import Testing

/// A Redis that answers, but takes no updates, or should not be trusted with them.
extension OnRedis {
  @Suite struct StateTests {
    enum State: CaseIterable {
      case hasNoMemory
      case cannotWriteSnapshots
      case isReplica
      case dropsKeys

      /// What the log says, in one line.
      var complaint: String {
        switch self {
        case .hasNoMemory: "(maxmemory)"
        case .cannotWriteSnapshots: "MISCONF"
        case .isReplica: "is a replica"
        case .dropsKeys: "maxmemory-policy"
        }
      }

      func begin(_ cluster: Cluster) async throws {
        let redis = cluster.redis
        switch self {
        case .hasNoMemory: try await redis.command("CONFIG", "SET", "maxmemory", "1")
        case .cannotWriteSnapshots:
          try await redis.command("CONFIG", "SET", "save", "3600 1")
          try await redis.command("CONFIG", "SET", "stop-writes-on-bgsave-error", "yes")
          // Nothing can be renamed to a folder, not even by root.
          try FileManager.default.createDirectory(
            at: Self.snapshot(redis).appending(path: "x"), withIntermediateDirectories: true)
          try await Self.save(redis, expecting: "err")
        case .isReplica: try await redis.command("REPLICAOF", "127.0.0.1", "1")
        case .dropsKeys:
          try await redis.command("CONFIG", "SET", "maxmemory", "1gb")
          try await redis.command("CONFIG", "SET", "maxmemory-policy", "allkeys-lru")
          // It is looked at when a node connects.
          try await cluster.cutConnectionsToRedis()
        }
      }

      func end(_ cluster: Cluster) async throws {
        let redis = cluster.redis
        switch self {
        case .hasNoMemory: try await redis.command("CONFIG", "SET", "maxmemory", "0")
        case .cannotWriteSnapshots:
          try FileManager.default.removeItem(at: Self.snapshot(redis))
          try await Self.save(redis, expecting: "ok")
        case .isReplica: try await redis.command("REPLICAOF", "NO", "ONE")
        case .dropsKeys:
          try await redis.command("CONFIG", "SET", "maxmemory-policy", "noeviction")
        }
      }

      private static func snapshot(_ redis: RedisServer) -> URL {
        redis.folder.url.appending(path: "dump.rdb")
      }

      private static func save(_ redis: RedisServer, expecting result: String) async throws {
        try await redis.command("BGSAVE")
        try await withDeadline(.usualDeadline) {
          while true {
            let info = try await redis.command("INFO", "persistence")
            let isOver = info.contains("rdb_bgsave_in_progress:0")
            if isOver, info.contains("rdb_last_bgsave_status:\(result)") { return }
            try await Task.sleep(for: .milliseconds(10))
          }
        } late: {
          "the snapshot is not \(result)"
        }
      }
    }

    @Test(arguments: State.allCases)
    func publishersAreToldReadersStayAndTheLogSaysWhyOnce(_ state: State) async throws {
      try await Cluster.run(nodes: 1) { cluster in
        let member = cluster.members[0]
        let ledger = Ledger()
        let first = try await member.publish("room", "first")
        ledger.opens(with: first, "first")
        var readers: [(reader: Reader, client: any TransportClient)] = []
        for transport in TransportKind.allCases {
          let client = try await transport.connect("room", port: member.port)
          var reader = Reader("\(transport)", ledger)
          try await reader.begin(client)
          #expect(reader.cursor == first)
          readers.append((reader, client))
        }
        try await state.begin(cluster)
        try await member.publishUntilRefused("room", by: "during", ledger)
        try await member.waitUntil(isReady: false)
        for number in 0..<5 {
          #expect(try await member.tryToPublish("room", "in vain \(number)").status == 503)
        }
        #expect(try await member.status("/health/live") == 200)
        let page = try await HTTPRequester.poll("room", after: first, port: member.port)
        #expect(!page.reset)
        #expect(member.complaints(state.complaint).count == 1)
        try await state.end(cluster)
        // By itself: nobody publishes.
        try await member.waitUntil(isReady: true)
        let last = try await member.publish("room", "end")
        ledger.published(last, "end", by: "after", number: 0)
        for (reader, client) in readers {
          var reader = reader
          try await reader.read(client, until: "end")
          #expect(reader.resets == 0)
          #expect(reader.bye == nil, "\(reader.name)")
          client.close()
        }
        #expect(ledger.findings.isEmpty)
        #expect(member.complaints(state.complaint).count == 1)
      }
    }

    /// What is written to `/dev/full` meets a disk without space.
    @Test(.enabled(if: FileManager.default.fileExists(atPath: "/dev/full"), "Linux has it"))
    func aDiskThatIsFullIsNamedInTheLog() async throws {
      let empty = try await RedisServer.start()
      try await empty.stop()
      let log = empty.folder.url.appending(path: "appendonlydir/appendonly.aof.1.incr.aof")
      try FileManager.default.removeItem(at: log)
      try FileManager.default.createSymbolicLink(
        at: log, withDestinationURL: URL(filePath: "/dev/full"))
      let full = try await empty.startAgain()
      try await Cluster.run(nodes: 1, redis: full, awaitsReady: false) { cluster in
        let member = cluster.members[0]
        try await member.publishUntilRefused("room", by: "publisher", Ledger())
        try await member.waitUntil(isReady: false)
        #expect(member.complaints("MISCONF").count == 1)
        try await full.command("CONFIG", "SET", "appendonly", "no")
        try await member.waitUntil(isReady: true)
        _ = try await member.publish("room", "after")
        #expect(member.complaints("MISCONF").count == 1)
      }
    }
  }
}
