import Conformance
import Logging
import PubSub
import RedisBroker
import ServiceSupport
import Synchronization
import Testing
import Updates

@Suite(
  .enabled(if: Component.redis.isHereOrCI, "\(Component.redis.advice)"), .timeLimit(.minutes(10)))
struct RedisBrokerTests {
  private let clock = ManualClock()

  /// Each in a database of its own.
  @Test(arguments: FanOutConformance.promises)
  func keepsWhatAFanOutPromises(promise: FanOutConformance.Promise) async throws {
    let redis = try await RedisServer.start()
    let databases = Atomic<Int>(0)
    try await promise.check(
      FanOutConformance(clock: clock) { limits in
        let number = databases.add(1, ordering: .relaxed).newValue
        return PubSub(broker: try broker(redis, database: number, limits: limits))
      })
    try await redis.stop()
  }

  @Test func nodesSeeOneOrder() async throws {
    let redis = try await RedisServer.start()
    let nodes = try (1...2).map { _ in PubSub(broker: try broker(redis)) }
    try await withThrowingTaskGroup { tasks in
      for node in nodes { tasks.addTask { try await node.run() } }
      try await FanOutConformance.nodesSeeOneOrder(nodes[0], nodes[1])
      tasks.cancelAll()
    }
    try await redis.stop()
  }

  private func broker(
    _ redis: RedisServer, database: Int = 0, limits: HistoryLimits = .plenty
  ) throws -> RedisBroker {
    RedisBroker(
      try RedisAddress("redis://127.0.0.1:\(redis.port)/\(database)"), limits: limits,
      newEpoch: Numbering.newEpoch, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
      clock: clock.read)
  }
}
