/// Writes frames as a client does (RFC 6455, section 5.2), and as no client may.
package enum FrameWriter {
  package enum Length: Sendable {
    case shortest
    /// In two bytes even if one would do.
    case twoBytes
    /// In eight bytes even if fewer would do.
    case eightBytes
    /// In eight bytes, however long the payload is.
    case claimed(UInt64)
  }

  /// What section 5.3 wants of a client: bytes that nobody can foretell.
  package static func newMask() -> [UInt8] {
    (0..<4).map { _ in UInt8.random(in: .min ... .max) }
  }

  /// - Parameters:
  ///   - reserved: the three bits RSV1 to RSV3; 0b100 is the first.
  ///   - mask: four bytes; nil for a frame that is not masked.
  package static func frame(
    _ opcode: WebSocketFrame.Opcode, _ payload: [UInt8] = [], isFinal: Bool = true,
    reserved: UInt8 = 0, length: Length = .shortest, mask: [UInt8]? = newMask()
  ) -> [UInt8] {
    let first = (isFinal ? 0x80 : 0) | reserved << 4 | opcode.rawValue
    var bytes = [first] + lengthBytes(payload.count, length)
    guard let mask else { return bytes + payload }
    bytes[1] |= 0x80
    return bytes + mask + payload.enumerated().map { $1 ^ mask[$0 % 4] }
  }

  package static func text(_ text: String, isFinal: Bool = true) -> [UInt8] {
    frame(.text, Array(text.utf8), isFinal: isFinal)
  }

  /// - Parameter code: nil for a close frame that says nothing.
  package static func close(_ code: UInt16?, _ reason: [UInt8] = []) -> [UInt8] {
    frame(.close, (code.map { bigEndian(UInt64($0), 2) } ?? []) + reason)
  }

  private static func lengthBytes(_ count: Int, _ length: Length) -> [UInt8] {
    switch length {
    case .shortest where count <= 125: [UInt8(count)]
    case .shortest where count <= 65_535: lengthBytes(count, .twoBytes)
    case .shortest, .eightBytes: [127] + bigEndian(UInt64(count), 8)
    case .twoBytes: [126] + bigEndian(UInt64(count), 2)
    case .claimed(let claim): [127] + bigEndian(claim, 8)
    }
  }

  private static func bigEndian(_ number: UInt64, _ width: Int) -> [UInt8] {
    (0..<width).reversed().map { UInt8(truncatingIfNeeded: number >> (8 * UInt64($0))) }
  }
}
