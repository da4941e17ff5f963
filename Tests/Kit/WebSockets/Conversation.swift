import NIOCore
import ServiceSupport
import TestSupport

@testable import WebSockets

/// What a well-behaved client says, and what an endpoint makes of it.
struct Conversation {
  private(set) var frames: [[UInt8]] = []
  private(set) var expected: [Endpoint.Action] = []

  var bytes: [UInt8] { frames.flatMap { $0 } }

  /// Messages of up to 400 bytes in up to five fragments; half of such conversations end with a close
  /// frame.
  static func random(
    messages: ClosedRange<Int> = 1...5, using generator: inout SeededGenerator
  ) -> Conversation {
    var conversation = Conversation()
    for _ in 0..<Int.random(in: messages, using: &generator) { conversation.say(using: &generator) }
    if Bool.random(using: &generator) { conversation.close(using: &generator) }
    return conversation
  }

  private mutating func say(using generator: inout SeededGenerator) {
    let isText = Bool.random(using: &generator)
    let size = [0, 3, 30, 130, 400][Int.random(in: 0..<5, using: &generator)]
    let payload =
      isText
      ? Self.text(of: size, using: &generator)
      : (0..<Int.random(in: 0...size, using: &generator)).map { _ in Self.byte(using: &generator) }
    let cuts = (0..<Int.random(in: 0...4, using: &generator))
      .map { _ in Int.random(in: 0...payload.count, using: &generator) }.sorted()
    for (index, (start, end)) in zip([0] + cuts, cuts + [payload.count]).enumerated() {
      let opcode: WebSocketFrame.Opcode = index > 0 ? .continuation : isText ? .text : .binary
      send(opcode, Array(payload[start..<end]), isFinal: index == cuts.count, using: &generator)
      if index < cuts.count, Bool.random(using: &generator) { control(using: &generator) }
    }
    expected.append(.receive(.init(isText: isText, bytes: ByteBuffer(bytes: payload))))
    if Bool.random(using: &generator) { control(using: &generator) }
  }

  private mutating func control(using generator: inout SeededGenerator) {
    let size = [0, 5, 125][Int.random(in: 0..<3, using: &generator)]
    let payload = (0..<size).map { _ in Self.byte(using: &generator) }
    if Bool.random(using: &generator) {
      send(.pong, payload, using: &generator)
    } else {
      send(.ping, payload, using: &generator)
      expected.append(.pong(ByteBuffer(bytes: [0x8A, UInt8(size)] + payload)))
    }
  }

  private mutating func close(using generator: inout SeededGenerator) {
    let code = [1000, 1001, 3000, 4999][Int.random(in: 0..<4, using: &generator)]
    let number = [UInt8(code >> 8), UInt8(code & 0xFF)]
    send(.close, number + Self.text(of: 20, using: &generator), using: &generator)
    expected += [.send(ByteBuffer(bytes: [0x88, 2] + number)), .disconnect]
  }

  private mutating func send(
    _ opcode: WebSocketFrame.Opcode, _ payload: [UInt8], isFinal: Bool = true,
    using generator: inout SeededGenerator
  ) {
    let mask = (0..<4).map { _ in Self.byte(using: &generator) }
    frames.append(FrameWriter.frame(opcode, payload, isFinal: isFinal, mask: mask))
  }

  private static func byte(using generator: inout SeededGenerator) -> UInt8 {
    UInt8.random(in: .min ... .max, using: &generator)
  }

  /// UTF-8 of at most `size` bytes.
  private static func text(of size: Int, using generator: inout SeededGenerator) -> [UInt8] {
    let parts = ["a", "hello, world", "\u{E9}", "\u{20AC}", "\u{1F469}", "\0", "\u{10FFFF}"]
    var text: [UInt8] = []
    while true {
      let part = parts[Int.random(in: 0..<parts.count, using: &generator)].utf8
      guard text.count + part.count <= size else { return text }
      text += part
    }
  }
}
