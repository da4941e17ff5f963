/// Joins the frames of a server to messages (RFC 6455, section 5.4). Control frames, which may stand
/// between them, are for somebody else.
package struct MessageAssembler: Sendable {
  package enum Message: Sendable, Equatable {
    case text(String)
    case binary([UInt8])
  }

  private var opcode: WebSocketFrame.Opcode?
  private var bytes: [UInt8] = []

  package init() {}

  /// - Returns: the message that ends with this frame.
  package mutating func add(_ frame: WebSocketFrame) throws(FrameParser.Problem) -> Message? {
    if frame.opcode == .continuation {
      guard opcode != nil else { throw .init(description: "a continuation of nothing") }
      bytes += frame.payload
    } else {
      guard opcode == nil else { throw .init(description: "a message within a message") }
      opcode = frame.opcode
      bytes = frame.payload
    }
    guard frame.isFinal else { return nil }
    defer {
      opcode = nil
      bytes = []
    }
    guard opcode == .text else { return .binary(bytes) }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw .init(description: "a text that is not UTF-8")
    }
    return .text(text)
  }
}
