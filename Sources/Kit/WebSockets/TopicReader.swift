import NIOCore
import Updates

/// One topic on a socket.
final class TopicReader: Subscriber {
  let topic: Topic
  private let socket: WebSocket
  private let frames: SocketFormat
  private let ended: (EndReason) -> Void
  private var subscription: Subscription?
  private var isOver = false

  /// - Parameter ended: called when no more updates will come, unless the reader left.
  init(
    _ topic: Topic, on socket: WebSocket, namesTopic: Bool, ended: @escaping (EndReason) -> Void
  ) {
    self.topic = topic
    self.socket = socket
    self.ended = ended
    frames = SocketFormat(namesTopic: namesTopic)
  }

  func begin(_ hub: Hub, from start: Start, on loop: any EventLoop) {
    let subscription = hub.subscribe(self, to: topic, from: start, on: loop)
    // The connection may break with the first bytes.
    if isOver { subscription.cancel() } else { self.subscription = subscription }
  }

  /// Called when something else became pending on the socket, and when nothing is any more.
  func pendingChanged() {
    if socket.pendingBytes == 0 { subscription?.resume() } else { subscription?.pause() }
  }

  func leave() {
    isOver = true
    subscription?.cancel()
    subscription = nil
  }

  var format: any WireFormat { frames }
  var pendingBytes: Int { socket.pendingBytes }
  var descriptor: Descriptor? { socket.descriptor }

  func place(at cursor: Cursor, isReset: Bool) {
    socket.send(text: frames.place(topic, cursor, isReset: isReset, node: socket.node))
  }

  func write(_ bytes: ByteBuffer) -> Bool {
    socket.send(bytes)
  }

  /// The pings of the socket show that it lives.
  func beat() {}

  func end(_ reason: EndReason) {
    isOver = true
    subscription = nil
    ended(reason)
  }
}
