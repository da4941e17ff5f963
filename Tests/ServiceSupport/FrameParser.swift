/// Reads the frames of a server (RFC 6455, section 5.2), strictly: whatever a server should not send
/// is a problem.
package struct FrameParser: Sendable {
  package struct Problem: Error, Equatable, CustomStringConvertible {
    package let description: String
  }

  /// Far more than a server of ours sends at once.
  private static let longestPayload = 100_000_000

  private var rest: ArraySlice<UInt8> = []

  package init() {}

  package mutating func feed(
    _ bytes: some Sequence<UInt8>
  ) throws(Problem) -> [WebSocketFrame] {
    rest.append(contentsOf: bytes)
    var frames: [WebSocketFrame] = []
    while let frame = try frame() { frames.append(frame) }
    return frames
  }

  /// The connection has ended.
  package func finish() throws(Problem) {
    guard rest.isEmpty else {
      throw Problem(description: "the connection ended within a frame: \(rest.prefix(20))")
    }
  }

  /// - Returns: nil if it is not here in full.
  private mutating func frame() throws(Problem) -> WebSocketFrame? {
    guard rest.count >= 2 else { return nil }
    let first = rest[rest.startIndex]
    let second = rest[rest.startIndex + 1]
    guard first & 0x70 == 0 else { throw Problem(description: "a reserved bit is set") }
    let opcode = WebSocketFrame.Opcode(rawValue: first & 0x0F)
    guard opcode.isKnown else { throw Problem(description: "opcode \(opcode.rawValue)") }
    guard second & 0x80 == 0 else { throw Problem(description: "a server masks nothing") }
    let isFinal = first & 0x80 != 0
    guard let (start, length) = try length(second) else { return nil }
    if opcode.isControl {
      guard isFinal else { throw Problem(description: "a control frame in fragments") }
      guard length <= 125 else { throw Problem(description: "a control frame of \(length) bytes") }
    }
    guard rest.count >= start + length else { return nil }
    let payload = Array(rest.dropFirst(start).prefix(length))
    rest = rest.dropFirst(start + length)
    return WebSocketFrame(opcode, payload, isFinal: isFinal)
  }

  /// - Returns: where the payload begins, and how many bytes it has.
  private func length(_ short: UInt8) throws(Problem) -> (start: Int, length: Int)? {
    let width = short == 126 ? 2 : short == 127 ? 8 : 0
    if width == 0 { return (2, Int(short)) }
    guard rest.count >= 2 + width else { return nil }
    let length = rest.dropFirst(2).prefix(width).reduce(0 as UInt64) { $0 << 8 | UInt64($1) }
    guard length > (width == 2 ? 125 : 65_535) else {
      throw Problem(description: "the length \(length) is not in its shortest form")
    }
    guard length <= UInt64(Self.longestPayload) else {
      throw Problem(description: "a frame of \(length) bytes")
    }
    return (2 + width, Int(length))
  }
}
