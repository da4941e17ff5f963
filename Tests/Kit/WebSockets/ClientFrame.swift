import NIOCore
import ServiceSupport

/// Some bytes, again and again.
struct Payload: ExpressibleByStringLiteral, Sendable {
  var pattern: [UInt8]
  var count: Int

  init(_ pattern: [UInt8], count: Int? = nil) {
    self.pattern = pattern
    self.count = count ?? pattern.count
  }

  init(stringLiteral text: String) {
    self.init(Array(text.utf8))
  }

  /// - Parameter hex: two digits a byte; spaces may stand between bytes.
  init(hex: String) {
    let digits = hex.utf8.filter { $0 != UInt8(ascii: " ") }.map { Character(UnicodeScalar($0)) }
    self.init(
      stride(from: 0, to: digits.count, by: 2).compactMap {
        UInt8(String(digits[$0..<$0 + 2]), radix: 16)
      })
  }

  /// Doubles what is there, as a loop over megabytes takes long where nothing is optimised.
  var buffer: ByteBuffer {
    var buffer = ByteBuffer(bytes: pattern)
    while buffer.readableBytes < count { buffer.writeImmutableBuffer(buffer) }
    return buffer.getSlice(at: 0, length: count) ?? buffer
  }

  var bytes: [UInt8] { Array(buffer.readableBytesView) }
}

/// A frame that a client sends, or gets, as often as `count` says.
struct ClientFrame: Sendable {
  private static let mask: [UInt8] = [0x9D, 0x01, 0xF2, 0x6B]

  var opcode: WebSocketFrame.Opcode
  var payload: Payload
  var isFinal: Bool
  /// RSV1 to RSV3; 0b100 is the first.
  var reserved: UInt8
  var count: Int

  init(
    _ opcode: WebSocketFrame.Opcode, _ payload: Payload = "", isFinal: Bool = true,
    reserved: UInt8 = 0, count: Int = 1
  ) {
    self.opcode = opcode
    self.payload = payload
    self.isFinal = isFinal
    self.reserved = reserved
    self.count = count
  }

  /// - Parameter code: nil for a close frame that says nothing.
  static func close(_ code: UInt16?, _ reason: Payload = "") -> ClientFrame {
    let number = code.map { [UInt8($0 >> 8), UInt8(truncatingIfNeeded: $0)] } ?? []
    return ClientFrame(.close, Payload(number + reason.bytes))
  }

  /// Once, as it travels.
  var bytes: ByteBuffer {
    guard payload.count > 0xFFFF else { return header(payload.bytes, length: .shortest) }
    var bytes = header([], length: .claimed(UInt64(payload.count)))
    // The mask fits into four patterns, whatever the length of one is.
    let four = Payload(payload.pattern, count: payload.pattern.count * 4).bytes
    let masked = four.enumerated().map { $1 ^ Self.mask[$0 % 4] }
    bytes.writeImmutableBuffer(Payload(masked, count: payload.count).buffer)
    return bytes
  }

  private func header(_ payload: [UInt8], length: FrameWriter.Length) -> ByteBuffer {
    ByteBuffer(
      bytes: FrameWriter.frame(
        opcode, payload, isFinal: isFinal, reserved: reserved, length: length, mask: Self.mask))
  }

  /// As a server sends it.
  var received: [WebSocketFrame] {
    Array(repeating: WebSocketFrame(opcode, payload.bytes, isFinal: isFinal), count: count)
  }
}
