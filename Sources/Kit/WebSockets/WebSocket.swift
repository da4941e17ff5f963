import NIOCore
import NIOHTTP1
import Updates
import WebServer

/// What a WebSocket is used for. Lives on the connection's event loop.
package protocol WebSocketUser: AnyObject {
  func begin(on socket: WebSocket)
  func receive(_ message: Endpoint.Message)
  /// Something was sent and is pending, or all that was pending has left.
  func pendingChanged()
  /// The server leaves.
  func leave()
  /// Nothing can be sent any more. Comes once.
  func closed()
}

/// One WebSocket on its connection: the handshake's answer, frames, pings, and the closing handshake.
package final class WebSocket: ServerStream {
  private static let pingInterval = TimeAmount.seconds(20)
  private static let pongTime = TimeAmount.seconds(10)
  /// How long the client's close frame is awaited.
  private static let closingTime = TimeAmount.seconds(5)

  /// Names this node.
  package let node: String
  /// The answer to the handshake, until it is sent.
  private var response: ByteBuffer
  private let user: any WebSocketUser
  private let loop: any EventLoop
  private var endpoint: Endpoint
  private var connection: StreamConnection?
  private var timer: Scheduled<Void>?
  /// A pong that waits until the client has read what is before it.
  private var pong: ByteBuffer?
  private var isUsed = true

  /// - Parameter maximumMessage: bytes that a message of the client may have.
  /// - Throws: where the request is no valid handshake.
  package init(
    _ request: TransportRequest, maximumMessage: Int, user: any WebSocketUser
  ) throws(Admission.Rejection) {
    response = try Handshake.response(to: request.head, node: request.node)
    node = request.node
    endpoint = Endpoint(maximumMessage: maximumMessage)
    loop = request.loop
    self.user = user
  }

  package var pendingBytes: Int { connection?.pendingBytes ?? 0 }
  package var descriptor: Descriptor? { endpoint.isOpen ? connection?.descriptor : nil }

  /// - Parameter frames: whole ones.
  /// - Returns: whether the kernel took everything.
  package func send(_ frames: ByteBuffer) -> Bool {
    endpoint.isOpen ? write(frames) : true
  }

  /// Sends one message of text that does not come from a subscription.
  package func send(text: ByteBuffer) {
    _ = send(Endpoint.frame(.text, text))
  }

  package func close(_ code: CloseCode, _ reason: String) {
    perform(endpoint.close(code, reason))
    endUse()
    schedule(Self.closingTime) { $0.connection?.close() }
  }

  package func fail(_ error: ProtocolError) {
    perform(endpoint.fail(error))
  }

  package func begin(on connection: StreamConnection) {
    self.connection = connection
    _ = connection.write(response)
    response = ByteBuffer()
    schedule(Self.pingInterval) { $0.ping() }
    user.begin(on: self)
  }

  package func receive(_ bytes: ByteBuffer) {
    perform(endpoint.receive(bytes))
  }

  package func drained() {
    if let pong, endpoint.isOpen {
      self.pong = nil
      _ = write(pong)
    }
    if pendingBytes == 0, isUsed { user.pendingChanged() }
  }

  package func leave() {
    user.leave()
  }

  package func closed() {
    connection = nil
    timer?.cancel()
    endUse()
  }

  private func perform(_ actions: [Endpoint.Action]) {
    for action in actions {
      switch action {
      case .receive(let message): if isUsed { user.receive(message) }
      case .send(let frame): _ = write(frame)
      case .pong(let frame): if pendingBytes == 0 { _ = write(frame) } else { pong = frame }
      case .disconnect:
        timer?.cancel()
        endUse()
        connection?.finish(ByteBuffer(), lingers: true)
      }
    }
  }

  private func write(_ frames: ByteBuffer) -> Bool {
    guard let connection, !connection.write(frames) else { return true }
    if isUsed { user.pendingChanged() }
    return false
  }

  private func endUse() {
    guard isUsed else { return }
    isUsed = false
    user.closed()
  }

  /// A client that does not read has no need of pings: it is cut off by the bound of its queue.
  private func ping() {
    if pendingBytes == 0 { perform(endpoint.ping()) }
    schedule(Self.pongTime) { socket in
      if socket.endpoint.awaitsPong { return socket.connection?.close() ?? () }
      socket.schedule(Self.pingInterval - Self.pongTime) { $0.ping() }
    }
  }

  private func schedule(_ time: TimeAmount, _ body: @escaping (WebSocket) -> Void) {
    timer?.cancel()
    timer = loop.assumeIsolated().scheduleTask(in: time) { [weak self] in
      if let self { body(self) }
    }
  }
}
