import Foundation
import ServiceSupport
import Testing

/// One node of a cluster: a process, and the network between it and Redis.
struct Member: Sendable {
  let process: ServiceProcess
  let port: Int
  let network: TCPProxy

  /// - Parameters:
  ///   - redis: the port of Redis.
  ///   - password: what it says to Redis, rightly or not.
  /// - Returns: once it listens; whether it is ready is another question.
  static func start(
    redis: Int, password: String?, variables: [String: String]
  ) async throws -> Member {
    let network = try await TCPProxy.start(to: redis)
    let user = password.map { ":\($0)@" } ?? ""
    let environment = [
      "PORT": "0", "EVENT_LOOPS": "2", "PUBLISH_RATE": "1000000", "CONNECT_RATE": "1000000",
      "MAX_CONNECTIONS_PER_ADDRESS": "10000", "HISTORY_SIZE": "100000", "GRACE_SECONDS": "1",
      "REDIS_URL": "redis://\(user)127.0.0.1:\(network.port)/0",
    ].merging(variables) { $1 }
    let process = try process(environment)
    let line = try await process.waitForLine(containing: "Open http://")
    guard let port = line.split(separator: ":").last.flatMap({ Int($0) }) else {
      throw ServiceFailure("no port: \(line)")
    }
    return Member(process: process, port: port, network: network)
  }

  static func process(_ environment: [String: String]) throws -> ServiceProcess {
    guard
      let executable = Bundle.main.executableURL?.deletingLastPathComponent()
        .appending(path: "ClusterNode")
    else { throw ServiceFailure("the executable is not beside the tests") }
    return try ServiceProcess(executable, environment: environment)
  }

  // MARK: What it says of itself

  func status(_ target: String) async throws -> Int {
    try await HTTPRequester.request("GET", target, port: port).status
  }

  /// Asks until it is so: nothing tells when a node changes its mind.
  func waitUntil(isReady: Bool) async throws {
    try await withDeadline(.usualDeadline) {
      while try await status("/health/ready") != (isReady ? 200 : 503) {
        try await Task.sleep(for: .milliseconds(20))
      }
    } late: {
      "\(port) is \(isReady ? "not " : "")ready"
    }
  }

  /// Lines of its log with this text.
  func complaints(_ text: String) -> [String] {
    process.lines.map(\.text).filter { $0.contains(text) }
  }

  // MARK: Publishing

  func publish(_ topic: String, _ data: String, key: String? = nil) async throws -> String {
    let answer = try await HTTPRequester.publish(topic, data, key: key, port: port)
    guard let id = answer.id else { throw ServiceFailure("publishing answers \(answer.status)") }
    return id
  }

  /// The answer to one attempt, which comes soon whatever happens to Redis.
  func tryToPublish(_ topic: String, _ data: String) async throws -> HTTPResponse {
    try await HTTPRequester.request(
      "POST", "/topics/\(topic)/updates", body: Array(data.utf8), port: port, within: .seconds(5))
  }
  /// Publishes until it is told that this is not possible. What a test has done may take a moment.
  func publishUntilRefused(_ topic: String, by publisher: String, _ ledger: Ledger) async throws {
    try await withDeadline(.usualDeadline) {
      for number in 0... {
        let data = "\(publisher) \(number)"
        let answer = try await tryToPublish(topic, data)
        guard answer.status == 201 else {
          #expect(answer.status == 503)
          #expect(answer["Retry-After"].flatMap { Int($0) } != nil)
          // Perhaps it comes all the same.
          return ledger.unanswered(data, by: publisher, number: number)
        }
        let id = try JSONDecoder().decode([String: String].self, from: Data(answer.body))["id"]
        ledger.published(id ?? "", data, by: publisher, number: number)
      }
    } late: {
      "\(publisher) is never refused"
    }
  }
}
