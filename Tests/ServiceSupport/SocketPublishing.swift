import Foundation

extension WebSocketClient {
  /// Sends an update without waiting for the answer.
  /// - Parameter topic: on a socket of several topics.
  package func sendUpdate(
    _ data: String, to topic: String? = nil, event: String? = nil, key: String? = nil,
    ref: JSONValue? = nil
  ) throws {
    var message: [String: JSONValue] = ["data": .string(data)]
    message["publish"] = topic.map { .string($0) }
    message["event"] = event.map { .string($0) }
    message["key"] = key.map { .string($0) }
    message["ref"] = ref
    try send(.object(message))
  }

  /// - Returns: the answer; updates that came before it can still be taken.
  package func publish(
    _ data: String, to topic: String? = nil, event: String? = nil, key: String? = nil
  ) async throws -> SocketMessage {
    let ref = JSONValue.string(UUID().uuidString)
    try sendUpdate(data, to: topic, event: event, key: key, ref: ref)
    return try await answer(to: ref)
  }

  package func answer(to ref: JSONValue) async throws -> SocketMessage {
    try await next { $0.ref == ref }
  }
}
