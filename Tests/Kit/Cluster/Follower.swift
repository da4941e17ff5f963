import ServiceSupport

/// A reader with a transport, who goes on at another node when its own one sends it away or is gone.
struct Follower: Sendable {
  /// Before it tries again, as clients do.
  private static let pause = Duration.milliseconds(50)

  enum End: Sendable, Equatable {
    case bye(Int?)
    case broken(String)
  }

  let transport: TransportKind
  /// An index.
  private(set) var node: Int
  private(set) var reader: Reader
  /// How its connections ended.
  private(set) var ends: [End] = []
  private let topic: String
  private var client: (any TransportClient)?

  /// Begins behind `cursor`.
  init(
    _ transport: TransportKind, at node: Int, _ ledger: Ledger, after cursor: String, number: Int
  ) {
    self.transport = transport
    self.node = node
    topic = ledger.topic
    reader = Reader("\(transport.rawValue) \(number) at \(node)", ledger, at: cursor)
    ledger.begins(reader.name, at: .after(cursor))
  }

  /// How often it had to connect again.
  var returns: Int { ends.count }

  /// Connects; a stream says where it is, others when there is news.
  mutating func arrive(at cluster: Cluster) async throws {
    let port = cluster.members[node].port
    let client = try await transport.connect(topic, after: reader.cursor, port: port)
    if TransportKind.streams.contains(transport) { reader.take(try await client.nextNews()) }
    self.client = client
  }

  /// Takes what comes until an update with this data has come.
  mutating func follow(_ cluster: Cluster, until data: String) async throws {
    while true {
      do {
        if client == nil { try await arrive(at: cluster) }
        if let client { try await reader.read(client, until: data) }
        if reader.last == data { return leave() }
        ends.append(.bye(reader.bye ?? nil))
      } catch let error where error is CancellationError || error is TooLate {
        throw error
      } catch {
        ends.append(.broken("\(error)"))
      }
      leave()
      node = (node + 1) % cluster.members.count
      try await Task.sleep(for: Self.pause)
    }
  }

  private mutating func leave() {
    client?.close()
    client = nil
  }
}
