import ServiceSupport
import Testing

/// Something that a client must not send to an endpoint that takes messages of `maximumMessage` bytes.
struct Violation: Sendable, CustomTestStringConvertible {
  static let maximumMessage = 1000

  let testDescription: String
  /// Up to the byte that shows it.
  let bytes: [UInt8]
  let code: UInt16
  /// Not so once the server has begun to close: then it continues a message that was dropped.
  let isContinuation: Bool

  private init(
    _ description: String, _ bytes: [UInt8], _ code: UInt16 = 1002, isContinuation: Bool = false
  ) {
    testDescription = description
    self.bytes = bytes
    self.code = code
    self.isContinuation = isContinuation
  }

  static let all = headers + lengths + order + texts + closes + sizes

  private static let mask: [UInt8] = [0x37, 0xFA, 0x21, 0x3D]
  private static let controls: [WebSocketFrame.Opcode] = [.close, .ping, .pong]

  private static func frame(
    _ opcode: WebSocketFrame.Opcode, _ payload: [UInt8] = [], isFinal: Bool = true
  ) -> [UInt8] {
    FrameWriter.frame(opcode, payload, isFinal: isFinal, mask: mask)
  }

  /// The first bytes of a frame, as long as it may be.
  private static func header(
    _ opcode: WebSocketFrame.Opcode, claims length: UInt64, isFinal: Bool = true
  ) -> [UInt8] {
    FrameWriter.frame(opcode, isFinal: isFinal, length: .claimed(length), mask: mask)
  }

  // MARK: Headers

  private static let headers =
    [0x0, 0x1, 0x2, 0x8, 0x9, 0xA].map {
      Violation("opcode \($0), not masked", [0x80 | $0, 0x00])
    } + [
      Violation("a text, not masked", [0x81, 0x05]),
      Violation("a long binary, not masked", [0x82, 0x7F]),
      Violation("RSV1", [0xC1]), Violation("RSV2", [0xA1]), Violation("RSV3", [0x91]),
      Violation("RSV1 of a continuation", frame(.text, isFinal: false) + [0xC0]),
      Violation("RSV2 of a ping", [0xA9]), Violation("all reserved bits", [0xF2]),
    ]
    + (Array(3...7) + Array(11...15)).flatMap {
      [
        Violation("opcode \($0)", [0x80 | $0]),
        Violation("opcode \($0), in fragments", [$0]),
      ]
    }
    + controls.map { Violation("opcode \($0.rawValue), in fragments", [$0.rawValue]) }

  private static let lengths =
    controls.flatMap {
      [
        Violation("opcode \($0.rawValue) of 126 bytes", [0x80 | $0.rawValue, 0xFE]),
        Violation("opcode \($0.rawValue) of 65536 bytes", [0x80 | $0.rawValue, 0xFF]),
      ]
    }
    + [0, 1, 125].map { Violation("the length \($0) in two bytes", [0x82, 0xFE, 0x00, $0]) }
    + [0, 125, 126, 0xFFFF].map {
      Violation("the length \($0) in eight bytes", Array(header(.binary, claims: $0).dropLast(4)))
    }
    + [1 << 63, .max].map {
      Violation("the length \($0)", Array(header(.binary, claims: $0).dropLast(4)))
    }

  // MARK: Messages

  private static let order =
    [
      Violation("a continuation of nothing", frame(.continuation), isContinuation: true),
      Violation(
        "the beginning of a continuation of nothing", frame(.continuation, isFinal: false),
        isContinuation: true),
      Violation(
        "a continuation of a message that has ended", frame(.text) + frame(.continuation),
        isContinuation: true),
      Violation(
        "a continuation of a ping", frame(.ping) + frame(.continuation), isContinuation: true),
    ]
    + [WebSocketFrame.Opcode.text, .binary].flatMap { outer in
      [WebSocketFrame.Opcode.text, .binary].map { inner in
        Violation(
          "opcode \(inner.rawValue) within a message of opcode \(outer.rawValue)",
          frame(outer, isFinal: false) + frame(.pong) + frame(inner))
      }
    }

  /// Each up to the byte that no text has at that place.
  private static let noUTF8: [(String, [UInt8])] = [
    ("a lone continuation byte", [0x61, 0x80]), ("the byte FF", [0xFF]), ("the byte F5", [0xF5]),
    ("NUL in two bytes", [0xC0]), ("a slash in three bytes", [0xE0, 0x80]),
    ("a slash in four bytes", [0xF0, 0x80]), ("a surrogate", [0xED, 0xA0]),
    ("a number beyond U+10FFFF", [0xF4, 0x90]), ("a character that is cut", [0xE2, 0x82, 0x61]),
  ]

  private static let texts =
    noUTF8.map { name, bytes in
      // More would follow in the frame.
      Violation("a text with \(name)", Array(frame(.text, bytes + [0x61]).dropLast()), 1007)
    }
    + noUTF8.filter { $0.1.count > 1 }.map { name, bytes in
      Violation(
        "a text with \(name), over two fragments",
        frame(.text, Array(bytes.dropLast()), isFinal: false) + frame(.ping)
          + frame(.continuation, [bytes[bytes.count - 1]], isFinal: false), 1007)
    }
    + [[0xC3], [0xE2, 0x82], [0xF0, 0x9F, 0x91]].flatMap { bytes in
      [
        Violation("a text that ends with \(bytes.count) bytes", frame(.text, bytes), 1007),
        Violation(
          "a text that ends with \(bytes.count) bytes and an empty fragment",
          frame(.text, bytes, isFinal: false) + frame(.continuation), 1007),
      ]
    }

  // MARK: Closing and sizes

  private static let neverSent: [UInt16] = [
    0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 1999, 2000, 2999, 5000, 0x7FFF, 0xFFFF,
  ]

  private static let closes =
    neverSent.map { code in
      Violation("a close of \(code)", frame(.close, [UInt8(code >> 8), UInt8(code & 0xFF)]))
    } + [
      Violation("a close of one byte", frame(.close, [0x03])),
      Violation("a close for no text", frame(.close, [0x03, 0xE8, 0x61, 0xFF, 0x61]), 1007),
      Violation("a close for a cut text", frame(.close, [0x03, 0xE8, 0xE2, 0x82]), 1007),
      Violation(
        "a close of 1005 for no text", frame(.close, [0x03, 0xED, 0xFF])),
      Violation(
        "a close of one byte within a message",
        frame(.text, [0x61], isFinal: false) + frame(.close, [0x03])),
    ]

  private static let half = [UInt8](repeating: 0x61, count: 500)

  private static let sizes =
    [WebSocketFrame.Opcode.text, .binary].map {
      Violation(
        "a message of opcode \($0.rawValue) that is too large",
        Array(frame($0, half + half + [0x61]).prefix(8)), 1009)
    }
    + [0x1_0000, 1 << 40, UInt64(Int64.max)].map {
      Violation("a message of \($0) bytes", header(.binary, claims: $0), 1009)
    } + [
      Violation(
        "a message that becomes too large",
        frame(.text, half, isFinal: false) + frame(.continuation, half, isFinal: false)
          + Array(frame(.continuation, [0x61]).prefix(6)), 1009),
      Violation(
        "a message of more bytes than can be counted",
        frame(.binary, half, isFinal: false)
          + header(.continuation, claims: UInt64(Int64.max)), 1009),
    ]
}
