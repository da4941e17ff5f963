import Foundation
import ServiceSupport

/// Several nodes, each a process of its own, that have nothing in common but a Redis.
final class Cluster: Sendable {
  let members: [Member]
  private let server: Watched<RedisServer>

  private init(_ members: [Member], _ redis: RedisServer) {
    self.members = members
    server = Watched(redis)
  }

  /// Runs a cluster for as long as `body` takes.
  /// - Parameters:
  ///   - redis: another one than a new one; it ends here, too.
  ///   - password: what the nodes say to it.
  ///   - awaitsReady: whether to begin only when all nodes are ready.
  static func run(
    nodes: Int = 3, redis: RedisServer? = nil, password: String? = nil,
    variables: [String: String] = [:], awaitsReady: Bool = true,
    _ body: (Cluster) async throws -> Void
  ) async throws {
    let redis = if let redis { redis } else { try await RedisServer.start() }
    let members = try await withThrowingTaskGroup { tasks in
      for _ in 0..<nodes {
        tasks.addTask {
          try await Member.start(redis: redis.port, password: password, variables: variables)
        }
      }
      return try await tasks.reduce(into: [Member]()) { $0.append($1) }
    }
    let cluster = Cluster(members, redis)
    do {
      if awaitsReady { for member in members { try await member.waitUntil(isReady: true) } }
      try await body(cluster)
    } catch {
      let logs = cluster.logs
      await cluster.end()
      throw ServiceFailure("\(error)\n\(logs)")
    }
    await cluster.end()
  }

  private func end() async {
    for member in members {
      _ = try? await member.process.kill()
      try? await member.network.close()
    }
    try? await redis.kill()
  }

  /// What all of them printed last.
  private var logs: String {
    (members.map(\.process) + [redis.process])
      .map { process in
        "\(process.name):\n" + process.lines.suffix(30).map(\.text).joined(separator: "\n")
      }
      .joined(separator: "\n")
  }

  // MARK: Redis

  var redis: RedisServer { server.value }

  /// After it was stopped or killed.
  func startRedisAgain(isEmpty: Bool = false) async throws {
    let next = try await redis.startAgain(isEmpty: isEmpty)
    server.update { $0 = next }
  }

  func cutConnectionsToRedis() async throws {
    for member in members { try await member.network.cut() }
  }
}
