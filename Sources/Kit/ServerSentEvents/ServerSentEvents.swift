import NIOCore
import NIOHTTP1
import Updates
import WebServer

/// `GET /topics/{topic}/events`: a response that never ends and carries a topic's updates (WHATWG HTML,
/// section 9.2).
package struct ServerSentEvents: StreamTransport {
  private let hub: Hub

  package init(hub: Hub) {
    self.hub = hub
  }

  package func accept(
    _ request: StreamRequest
  ) throws(Admission.Rejection) -> (any ServerStream)? {
    guard let name = request.target.topicName(before: "events") else { return nil }
    guard let topic = Topic(name) else {
      throw .init(status: .badRequest, message: Topic.form)
    }
    return EventStream(
      hub: hub, topic: topic, start: Self.start(request), loop: request.loop, node: request.node,
      isChunked: request.head.version != .http1_0)
  }

  /// A browser repeats its first URL when it reconnects, so the header wins. What is no cursor at all is
  /// answered as a place that is not kept: on an error status a browser would give up for good.
  private static func start(_ request: StreamRequest) -> Start {
    let last = request.head.headers["Last-Event-ID"].first ?? ""
    if !last.isEmpty { return .after(Cursor(last) ?? .unknown) }
    return request.target.start ?? .after(.unknown)
  }
}
