/// How an update gets from a server to a client; the raw values are what the tool calls them.
package enum TransportKind: String, CaseIterable, Sendable {
  case polling
  case longPolling = "long-polling"
  case serverSentEvents = "sse"
  case webSocket = "websocket"

  /// Those with a connection that stays.
  package static let streams = [TransportKind.serverSentEvents, .webSocket]

  /// A client that goes on after a place, or starts now.
  package func connect(
    _ topic: String, after: String? = nil, port: Int
  ) async throws -> any TransportClient {
    switch self {
    case .polling: return PollClient(topic, after: after, wait: nil, port: port)
    case .longPolling: return PollClient(topic, after: after, wait: 25, port: port)
    case .serverSentEvents:
      return try await EventStreamClient.open(topic, port: port, after: after)
    case .webSocket: return try await WebSocketClient.open(topic, port: port, after: after)
    }
  }
}
