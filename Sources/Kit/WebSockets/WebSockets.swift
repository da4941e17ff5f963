import NIOCore
import NIOHTTP1
import Updates
import WebServer

/// `GET /topics/{topic}/socket` and `GET /socket`: a WebSocket (RFC 6455) on which a client gets the
/// updates of one topic, or of several, and publishes.
package struct WebSockets: Transport {
  private let hub: Hub

  package init(hub: Hub) {
    self.hub = hub
  }

  package func accept(
    _ request: TransportRequest
  ) throws(Admission.Rejection) -> Acceptance? {
    if request.target.path == ["socket"] { return try open(request, single: nil) }
    guard let topic = try request.topic(before: "socket") else { return nil }
    return try open(request, single: (topic, request.target.start ?? .after(.unknown)))
  }

  private func open(
    _ request: TransportRequest, single: (topic: Topic, start: Start)?
  ) throws(Admission.Rejection) -> Acceptance {
    // In JSON a byte of text takes up to six.
    let maximumMessage = request.publisher.maximumBody * 6 + 4096
    let user = UpdatesSocket(hub: hub, request: request, single: single)
    return .stream(try WebSocket(request, maximumMessage: maximumMessage, user: user))
  }
}
