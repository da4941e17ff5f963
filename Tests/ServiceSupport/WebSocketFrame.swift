/// A frame of a WebSocket (RFC 6455, section 5.2).
package struct WebSocketFrame: Sendable, Equatable {
  /// Four bits; not all that there can be have a meaning.
  package struct Opcode: RawRepresentable, Hashable, Sendable {
    package static let continuation = Opcode(rawValue: 0x0)
    package static let text = Opcode(rawValue: 0x1)
    package static let binary = Opcode(rawValue: 0x2)
    package static let close = Opcode(rawValue: 0x8)
    package static let ping = Opcode(rawValue: 0x9)
    package static let pong = Opcode(rawValue: 0xA)

    package let rawValue: UInt8

    package init(rawValue: UInt8) {
      self.rawValue = rawValue
    }

    package var isControl: Bool { rawValue & 0x8 != 0 }

    package var isKnown: Bool {
      [.continuation, .text, .binary, .close, .ping, .pong].contains(self)
    }
  }

  package var opcode: Opcode
  /// Whether its message ends with it.
  package var isFinal: Bool
  /// Without the mask.
  package var payload: [UInt8]

  package init(_ opcode: Opcode, _ payload: [UInt8], isFinal: Bool = true) {
    self.opcode = opcode
    self.isFinal = isFinal
    self.payload = payload
  }
}
