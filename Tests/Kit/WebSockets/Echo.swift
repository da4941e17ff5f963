import NIOCore
import ServiceSupport
import WebSockets

/// A server whose user sends every message back, and what its client gets.
struct Echo {
  private var endpoint = Endpoint(maximumMessage: 1 << 24)
  private var sent = ByteBuffer()
  private(set) var isDisconnected = false

  mutating func receive(_ bytes: ByteBuffer) {
    for action in endpoint.receive(bytes) {
      switch action {
      case .receive(let message):
        sent.writeImmutableBuffer(Endpoint.frame(message.isText ? .text : .binary, message.bytes))
      case .send(let frame), .pong(let frame): sent.writeImmutableBuffer(frame)
      case .disconnect: isDisconnected = true
      }
    }
  }

  /// All that was sent.
  func frames() throws -> [WebSocketFrame] {
    var parser = FrameParser()
    let frames = try parser.feed(sent.readableBytesView)
    try parser.finish()
    return frames
  }
}
