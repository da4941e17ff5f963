import NIOCore
import NIOHTTP1
import Updates
import WebServer

/// `GET /topics/{topic}/events`: a response that never ends and carries a topic's updates (WHATWG HTML,
/// section 9.2).
package struct ServerSentEvents: Transport {
  private let hub: Hub

  package init(hub: Hub) {
    self.hub = hub
  }

  package func accept(
    _ request: TransportRequest
  ) throws(Admission.Rejection) -> Acceptance? {
    guard let topic = try request.topic(before: "events") else { return nil }
    return .stream(
      EventStream(
        hub: hub, topic: topic, start: Self.start(request), loop: request.loop,
        node: request.node, isChunked: request.head.version != .http1_0))
  }

  /// A browser repeats its first URL when it reconnects, so the header wins. What is no cursor at all is
  /// answered as a place that is not kept: on an error status a browser would give up for good.
  private static func start(_ request: TransportRequest) -> Start {
    let last = request.head.headers["Last-Event-ID"].first ?? ""
    if !last.isEmpty { return .after(Cursor(last) ?? .unknown) }
    return request.target.start ?? .after(.unknown)
  }
}

/// One client that reads an event stream.
private final class EventStream: Subscriber, ServerStream {
  private let hub: Hub
  private let topic: Topic
  private let start: Start
  private let loop: any EventLoop
  private let node: String
  private let events: EventFormat
  private var connection: StreamConnection?
  private var subscription: Subscription?
  private var isAnswered = false

  init(
    hub: Hub, topic: Topic, start: Start, loop: any EventLoop, node: String, isChunked: Bool
  ) {
    self.hub = hub
    self.topic = topic
    self.start = start
    self.loop = loop
    self.node = node
    events = EventFormat(isChunked: isChunked)
  }

  var format: any WireFormat { events }
  var pendingBytes: Int { connection?.pendingBytes ?? 0 }
  var descriptor: Descriptor? { connection?.descriptor }

  func begin(on connection: StreamConnection) {
    self.connection = connection
    let subscription = hub.subscribe(self, to: topic, from: start, on: loop)
    // The connection may break with the first bytes, and the stream may be over with them.
    if self.connection == nil { subscription.cancel() } else { self.subscription = subscription }
  }

  /// A client has nothing to say on a response that does not end.
  func receive(_ bytes: ByteBuffer) {
    connection?.close()
  }

  func drained() {
    subscription?.resume()
  }

  func leave() {
    subscription?.cancel()
    end(.leaving)
  }

  func closed() {
    subscription?.cancel()
    subscription = nil
    connection = nil
  }

  func place(at cursor: Cursor, isReset: Bool) {
    // Drawn for each connection, so that all do not come back in the same moment.
    let retry = Int.random(in: 1000...3000)
    let first =
      isReset
      ? events.reset(topic, at: cursor, retryMilliseconds: retry)
      : events.place(cursor, retryMilliseconds: retry)
    var bytes = isAnswered ? ByteBuffer() : head
    isAnswered = true
    bytes.writeImmutableBuffer(first)
    _ = connection?.write(bytes)
  }

  func write(_ bytes: ByteBuffer) -> Bool {
    connection?.write(bytes) ?? true
  }

  func beat() {
    _ = connection?.write(events.heartbeat)
  }

  func end(_ reason: EndReason) {
    let connection = connection
    self.connection = nil
    subscription = nil
    guard isAnswered else {
      connection?.finish(Admission.Rejection.unreadable.response(from: node, closes: true))
      return
    }
    connection?.finish(events.bye(reason))
  }

  /// `X-Accel-Buffering` asks nginx, `no-transform` other proxies, to pass each block on at once.
  private var head: ByteBuffer {
    ByteBuffer(
      string: """
        HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\
        Cache-Control: no-store, no-transform\r\nX-Accel-Buffering: no\r\n\
        X-Content-Type-Options: nosniff\r\nServed-By: \(node)\r\n\
        \(events.isChunked ? "Transfer-Encoding: chunked" : "Connection: close")\r\n\r\n
        """)
  }
}
