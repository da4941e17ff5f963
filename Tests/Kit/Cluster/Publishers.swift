import ServiceSupport

/// Publishers at all nodes, every second of them on a socket.
///
/// What was not taken they repeat under its key until it is: at the same node after a 503, at the next one
/// after a connection that broke. So whatever is delivered was acknowledged once, in the end.
struct Publishers: Sendable {
  var count = 6
  /// Indices of the nodes where they begin; nil for all.
  var nodes: [Int]?
  /// Of each; nil until `stop`.
  var updates: Int?
  /// Before a publisher's update with this number.
  var pace: @Sendable (Int) async throws -> Void = { _ in }

  private let isStopped = Watched(false)
  private let refused = Watched(0)

  init(count: Int = 6, updates: Int? = nil) {
    self.count = count
    self.updates = updates
    // Enough to be in the middle of something at any moment.
    if updates == nil { pace = { _ in try await Task.sleep(for: .milliseconds(20)) } }
  }

  func stop() {
    isStopped.update { $0 = true }
  }

  /// How often they were answered 503.
  var refusals: Int { refused.value }

  func run(on cluster: Cluster, _ ledger: Ledger) async throws {
    let nodes = nodes ?? Array(cluster.members.indices)
    try await withThrowingTaskGroup { tasks in
      for number in 0..<count {
        tasks.addTask {
          var publisher = Publisher(
            name: "publisher \(number)", node: nodes[number % nodes.count],
            usesSocket: !number.isMultiple(of: 2), refused: refused)
          for update in 0..<(updates ?? .max) {
            if updates == nil, isStopped.value { break }
            try await pace(update)
            try await publisher.publish(
              "\(number) \(update)", number: update, on: cluster, ledger)
          }
          publisher.leave()
        }
      }
      try await tasks.waitForAll()
    }
  }

  /// One update that is surely taken in the end.
  static func publish(_ data: String, on cluster: Cluster, _ ledger: Ledger) async throws {
    var publisher = Publisher(name: data, node: 0, usesSocket: false, refused: Watched(0))
    try await publisher.publish(data, number: 0, on: cluster, ledger)
  }
}

/// One of them.
private struct Publisher: Sendable {
  private enum Answer {
    case taken(String)
    case refused
    case lost
  }

  private static let pause = Duration.milliseconds(50)

  let name: String
  /// An index.
  var node: Int
  let usesSocket: Bool
  let refused: Watched<Int>
  private var socket: WebSocketClient?

  init(name: String, node: Int, usesSocket: Bool, refused: Watched<Int>) {
    self.name = name
    self.node = node
    self.usesSocket = usesSocket
    self.refused = refused
  }

  mutating func publish(
    _ data: String, number: Int, on cluster: Cluster, _ ledger: Ledger
  ) async throws {
    let key = "\(name)/\(number)".replacing(" ", with: "-")
    while true {
      switch try await attempt(data, key, ledger.topic, cluster.members[node].port) {
      case .taken(let id): return ledger.published(id, data, by: name, number: number)
      case .refused: refused.update { $0 += 1 }
      case .lost:
        leave()
        node = (node + 1) % cluster.members.count
      }
      try await Task.sleep(for: Self.pause)
    }
  }

  mutating func leave() {
    socket?.close()
    socket = nil
  }

  private mutating func attempt(
    _ data: String, _ key: String, _ topic: String, _ port: Int
  ) async throws -> Answer {
    let (id, status): (String?, Int?)
    do {
      if usesSocket {
        let answer = try await connect(to: port).publish(data, to: topic, key: key)
        (id, status) = (answer.id, answer.status)
      } else {
        let answer = try await HTTPRequester.publish(topic, data, key: key, port: port)
        (id, status) = (answer.id, answer.status)
      }
    } catch let error where error is CancellationError || error is TooLate {
      throw error
    } catch {
      return .lost
    }
    if let id { return .taken(id) }
    guard status == 503 else {
      throw ServiceFailure("publishing is answered \(status.map { "\($0)" } ?? "nothing")")
    }
    return .refused
  }

  private mutating func connect(to port: Int) async throws -> WebSocketClient {
    if let socket { return socket }
    let new = try await WebSocketClient.open(target: "/socket", port: port)
    socket = new
    return new
  }
}
