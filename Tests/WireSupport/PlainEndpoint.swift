/// What an endpoint makes of all the bytes of a client, said as plainly as can be: it looks at the whole
/// stream again for each frame, and at each text with the library's eyes.
struct PlainEndpoint {
  enum Outcome: Equatable {
    case text([UInt8])
    case binary([UInt8])
    case pong([UInt8])
    /// A close frame of this code, if any, and the end.
    case end(UInt16?)
  }

  private let maximumMessage: Int
  private var rest: ArraySlice<UInt8>
  private var message: (isText: Bool, bytes: [UInt8])?
  private(set) var outcomes: [Outcome] = []

  init(_ bytes: [UInt8], maximumMessage: Int) {
    rest = bytes[...]
    self.maximumMessage = maximumMessage
    while takeFrame() {}
  }

  /// - Returns: whether there may be another one.
  private mutating func takeFrame() -> Bool {
    let bytes = Array(rest)
    guard let first = bytes.first else { return false }
    let opcode = first & 15
    let isControl = opcode >= 8
    guard first & 0x70 == 0, [0, 1, 2, 8, 9, 10].contains(opcode), !isControl || first >= 0x80
    else { return fail(1002) }
    guard bytes.count > 1 else { return false }
    let short = Int(bytes[1] & 127)
    guard bytes[1] >= 128, !isControl || short <= 125 else { return fail(1002) }
    let width = short == 126 ? 2 : short == 127 ? 8 : 0
    guard bytes.count >= 2 + width else { return false }
    let number = bytes[2..<2 + width].reduce(0 as UInt64) { $0 << 8 | UInt64($1) }
    guard width == 0 || number > (width == 2 ? 125 : 65_535), number < 1 << 63 else {
      return fail(1002)
    }
    guard bytes.count >= 6 + width else { return false }
    let length = width == 0 ? Int(short) : Int(number)
    if !isControl {
      guard (opcode == 0) == (message != nil) else { return fail(1002) }
      guard length <= maximumMessage - (message?.bytes.count ?? 0) else { return fail(1009) }
    }
    let masked = bytes.dropFirst(6 + width).prefix(length)
    let payload = masked.enumerated().map { $1 ^ bytes[2 + width + $0 % 4] }
    if isControl {
      guard payload.count == length else { return false }
      rest = rest.dropFirst(6 + width + length)
      return takeControl(opcode, payload)
    }
    let isText = message?.isText ?? (opcode == 1)
    let whole = (message?.bytes ?? []) + payload
    let isWhole = payload.count == length
    if isText {
      let isRight = isWhole && first >= 128 ? Self.isText(whole) : Self.canBecomeText(whole)
      guard isRight else { return fail(1007) }
    }
    guard isWhole else { return false }
    rest = rest.dropFirst(6 + width + length)
    message = first >= 128 ? nil : (isText, whole)
    if first >= 128 { outcomes.append(isText ? .text(whole) : .binary(whole)) }
    return true
  }

  private mutating func takeControl(_ opcode: UInt8, _ payload: [UInt8]) -> Bool {
    switch opcode {
    case 9: outcomes.append(.pong(payload))
    case 10: break
    default:
      if payload.isEmpty { return end(nil) }
      guard payload.count > 1 else { return fail(1002) }
      let code = UInt16(payload[0]) << 8 | UInt16(payload[1])
      let reserved: [UInt16] = [1004, 1005, 1006]
      guard (1000...1014).contains(code) && !reserved.contains(code) || (3000...4999).contains(code)
      else { return fail(1002) }
      guard Self.isText(Array(payload.dropFirst(2))) else { return fail(1007) }
      return end(code)
    }
    return true
  }

  private mutating func fail(_ code: UInt16) -> Bool {
    end(code)
  }

  private mutating func end(_ code: UInt16?) -> Bool {
    outcomes.append(.end(code))
    return false
  }

  private static func isText(_ bytes: [UInt8]) -> Bool {
    String(validating: bytes, as: UTF8.self) != nil
  }

  /// The least and the largest that may complete a character.
  private static let ends: [[UInt8]] = [
    [], [0x80], [0xBF], [0x80, 0x80], [0xBF, 0xBF], [0x80, 0x80, 0x80], [0xBF, 0xBF, 0xBF],
  ]

  private static func canBecomeText(_ bytes: [UInt8]) -> Bool {
    ends.contains { isText(bytes + $0) }
  }
}
