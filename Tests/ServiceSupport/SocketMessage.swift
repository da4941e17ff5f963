/// A message of a server to a client of its sockets: a place, an update, or an answer. What it does
/// not say is nil.
package struct SocketMessage: Sendable, Hashable, Decodable {
  /// On a socket of several topics.
  package var topic: String?
  package var next: String?
  package var reset: Bool?
  package var id: String?
  package var event: String?
  package var data: String?
  /// A text or a number, as it was sent.
  package var ref: JSONValue?
  package var error: String?
  package var status: Int?

  package init(
    topic: String? = nil, next: String? = nil, reset: Bool? = nil, id: String? = nil,
    event: String? = nil, data: String? = nil, ref: JSONValue? = nil, error: String? = nil,
    status: Int? = nil
  ) {
    self.topic = topic
    self.next = next
    self.reset = reset
    self.id = id
    self.event = event
    self.data = data
    self.ref = ref
    self.error = error
    self.status = status
  }

  package var isPlace: Bool { next != nil }
  package var isUpdate: Bool { data != nil }
}
