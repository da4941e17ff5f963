import NIOCore

/// What a frame is (RFC 6455, section 11.8).
package enum Opcode: UInt8, Sendable {
  case continuation = 0x0
  case text = 0x1
  case binary = 0x2
  case close = 0x8
  case ping = 0x9
  case pong = 0xA

  var isControl: Bool { rawValue >= 0x8 }
}

/// The beginning of a frame of a client (RFC 6455, section 5.2).
struct FrameHeader: Equatable {
  /// The longest payload of a control frame (section 5.5).
  static let maximumControlPayload = 125

  var opcode: Opcode
  var isFinal: Bool
  var length: Int
  /// Four bytes, the first in the lowest place.
  var mask: UInt32

  /// Takes the header from `bytes` once all of it is there; what is wrong with its first bytes is told
  /// before the rest has come.
  ///
  /// - Returns: nil if more bytes are needed; then none are taken.
  static func read(from bytes: inout ByteBuffer) throws(ProtocolError) -> FrameHeader? {
    var rest = bytes
    guard let first = rest.readInteger(as: UInt8.self) else { return nil }
    guard first & 0x70 == 0 else {
      throw .violation("A reserved bit is set, and no extension was agreed on.")
    }
    guard let opcode = Opcode(rawValue: first & 0x0F) else {
      throw .violation("An opcode is reserved.")
    }
    let isFinal = first & 0x80 != 0
    guard isFinal || !opcode.isControl else { throw .violation("A control frame is fragmented.") }
    guard let second = rest.readInteger(as: UInt8.self) else { return nil }
    guard second & 0x80 != 0 else { throw .violation("A frame of a client is not masked.") }
    guard let length = try length(second & 0x7F, opcode, &rest) else { return nil }
    guard let mask = rest.readInteger(endianness: .little, as: UInt32.self) else { return nil }
    bytes = rest
    return FrameHeader(opcode: opcode, isFinal: isFinal, length: length, mask: mask)
  }

  private static func length(
    _ short: UInt8, _ opcode: Opcode, _ rest: inout ByteBuffer
  ) throws(ProtocolError) -> Int? {
    if short <= maximumControlPayload { return Int(short) }
    guard !opcode.isControl else { throw .violation("A control frame is longer than 125 bytes.") }
    let length: UInt64
    let least: UInt64
    if short == 126 {
      guard let number = rest.readInteger(as: UInt16.self) else { return nil }
      (length, least) = (UInt64(number), 126)
    } else {
      guard let number = rest.readInteger(as: UInt64.self) else { return nil }
      (length, least) = (number, 0x1_0000)
    }
    guard length <= UInt64(Int64.max) else {
      throw .violation("The highest bit of a length is set.")
    }
    guard length >= least else { throw .violation("A length is not in its shortest form.") }
    return Int(length)
  }
}

extension ByteBuffer {
  /// Writes the header of an unfragmented frame of a server, which is never masked.
  mutating func writeFrameHeader(_ opcode: Opcode, length: Int) {
    writeInteger(0x80 | opcode.rawValue)
    switch length {
    case ...125: writeInteger(UInt8(length))
    case ...0xFFFF:
      writeInteger(126 as UInt8)
      writeInteger(UInt16(length))
    default:
      writeInteger(127 as UInt8)
      writeInteger(UInt64(length))
    }
  }

  /// - Parameter offset: of these bytes in the payload.
  mutating func unmask(_ mask: UInt32, offset: Int) {
    let shift = UInt32(offset & 3) * 8
    let turned = mask >> shift | mask << ((32 - shift) & 31)
    let mask = shift == 0 ? mask : turned
    withUnsafeMutableReadableBytes { bytes in
      let wide = UInt64(mask) | UInt64(mask) << 32
      var index = 0
      while index + 8 <= bytes.count {
        let word = bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)
        bytes.storeBytes(
          of: word ^ wide.littleEndian, toByteOffset: index, as: UInt64.self)
        index += 8
      }
      while index < bytes.count {
        bytes[index] ^= UInt8(truncatingIfNeeded: mask >> (UInt32(index & 3) * 8))
        index += 1
      }
    }
  }
}
