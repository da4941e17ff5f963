import ServiceSupport
import Testing

@Suite struct FrameParserTests {
  private static func read(
    _ bytes: [UInt8], pieces: Int = .max, ends: Bool = false
  ) throws -> [WebSocketFrame] {
    var parser = FrameParser()
    var frames: [WebSocketFrame] = []
    var rest = bytes[...]
    while !rest.isEmpty {
      frames += try parser.feed(rest.prefix(pieces))
      rest = rest.dropFirst(pieces)
    }
    if ends { try parser.finish() }
    return frames
  }

  /// The examples of RFC 6455, section 5.7, as far as a server may send them.
  @Test(arguments: [1, 2, 3, Int.max])
  func readsFramesWhateverTheyAreCutInto(pieces: Int) throws {
    let hello: [UInt8] = [0x48, 0x65, 0x6C, 0x6C, 0x6F]
    let middle = [UInt8](repeating: 7, count: 256)
    let long = [UInt8](repeating: 9, count: 65_536)
    var bytes: [UInt8] = [0x81, 0x05] + hello
    bytes += [0x01, 0x03] + hello[..<3] + [0x80, 0x02] + hello[3...]
    bytes += [0x89, 0x05] + hello + [0x8A, 0x00]
    bytes += [0x82, 0x7E, 0x01, 0x00] + middle
    bytes += [0x82, 0x7F, 0, 0, 0, 0, 0, 1, 0, 0] + long
    let frames = try Self.read(bytes, pieces: pieces, ends: true)
    let expected = [
      WebSocketFrame(.text, hello),
      WebSocketFrame(.text, Array(hello[..<3]), isFinal: false),
      WebSocketFrame(.continuation, Array(hello[3...])),
      WebSocketFrame(.ping, hello), WebSocketFrame(.pong, []),
      WebSocketFrame(.binary, middle), WebSocketFrame(.binary, long),
    ]
    // Not compared in the expectation, which would look for the differences.
    let isSame = frames == expected
    #expect(isSame)
  }

  static let wrong: [(name: String, bytes: [UInt8])] = [
    ("masked", [0x81, 0x81, 1, 2, 3, 4, 5]), ("RSV1", [0xC1, 0x00]), ("RSV2", [0xA1, 0x00]),
    ("RSV3", [0x91, 0x00]), ("opcode 3", [0x83, 0x00]), ("opcode 11", [0x8B, 0x00]),
    ("long ping", [0x89, 0x7E, 0x00, 0x7E]), ("ping in fragments", [0x09, 0x00]),
    ("125 in two bytes", [0x82, 0x7E, 0x00, 0x7D]),
    ("65535 in eight bytes", [0x82, 0x7F, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]),
    ("a length beyond all", [0x82, 0x7F, 0xFF, 0, 0, 0, 0, 0, 0, 0]),
  ]

  @Test(arguments: wrong.indices) func refuses(index: Int) {
    let (name, bytes) = Self.wrong[index]
    #expect(throws: FrameParser.Problem.self, "\(name)") { try Self.read(bytes) }
  }

  @Test(arguments: [[0x81], [0x81, 0x02, 0x61], [0x82, 0x7E, 0x01]] as [[UInt8]])
  func refusesAnEarlyEnd(bytes: [UInt8]) throws {
    #expect(try Self.read(bytes).isEmpty)
    #expect(throws: FrameParser.Problem.self) { try Self.read(bytes, ends: true) }
  }
}
