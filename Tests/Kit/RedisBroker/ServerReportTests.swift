import Testing

@testable import RedisBroker

@Suite struct ServerReportTests {
  /// As `INFO` of a server that stands alone, with `changes`.
  private func report(_ changes: [String: String] = [:]) -> ServerReport {
    let fields = [
      "redis_version": "7.0.15", "redis_mode": "standalone", "role": "master", "maxmemory": "0",
      "maxmemory_policy": "noeviction", "aof_enabled": "1", "executable": "/usr/bin/redis-server:x",
    ].merging(changes) { $1 }
    let lines = fields.map { "\($0):\($1)" }
    return ServerReport("# Server\r\n\(lines.joined(separator: "\r\n"))\r\n\r\n# Keyspace\r\n")
  }

  @Test(arguments: ["6.2", "6.2.0", "6.2.16", "6.10.0", "7.0.15", "7.4.1", "8.0.0", "255.255.255"])
  func aServerOfTheseVersionsIsGood(version: String) {
    #expect(report(["redis_version": version]).problem == nil)
  }

  @Test(arguments: ["6.0.16", "6.1.240", "5.0.7", "2.8.24", "6", ""])
  func anOlderServerIsNot(version: String) {
    #expect(report(["redis_version": version]).problem == .version(version))
  }

  @Test func valkeyIsGood() {
    #expect(
      report([
        "redis_version": "7.2.4", "server_name": "valkey", "valkey_version": "8.1.0",
        "valkey_release_stage": "ga",
      ]).problem == nil)
  }

  @Test(arguments: [("cluster", "Redis Cluster"), ("sentinel", "Sentinel"), ("other", "other")])
  func aServerThatDoesNotStandAloneIsRefused(mode: String, name: String) {
    #expect(report(["redis_mode": mode]).problem == .mode(name))
  }

  @Test func aReplicaIsRefused() {
    #expect(report(["role": "slave", "master_host": "h"]).problem == .replica)
  }

  @Test(arguments: ["volatile-lru", "allkeys-lru", "allkeys-lfu", "volatile-ttl"])
  func aServerThatDropsKeysIsRefused(policy: String) {
    #expect(
      report(["maxmemory": "1000000", "maxmemory_policy": policy]).problem
        == .evicts(policy: policy))
    #expect(report(["maxmemory": "0", "maxmemory_policy": policy]).problem == nil)
  }

  @Test func aServerWhoseMemoryIsLimitedIsGood() {
    #expect(report(["maxmemory": "1000000"]).problem == nil)
  }

  @Test func whatIsNotOnADiskIsKnown() {
    #expect(report(["aof_enabled": "1"]).isDurable)
    #expect(!report(["aof_enabled": "0"]).isDurable)
  }

  @Test(arguments: ["", "\r\n", "# Server\r\n\r\n", "x", ":", "::\n:"])
  func whatIsNotSaidIsNoProblem(text: String) {
    #expect(ServerReport(text).problem == nil)
    #expect(ServerReport(text).isDurable)
  }

  @Test func linesMayEndInEitherWay() {
    for end in ["\n", "\r\n"] {
      let text = ["redis_version:7.0.0", "role:slave", ""].joined(separator: end)
      #expect(ServerReport(text).problem == .replica)
    }
  }
}
