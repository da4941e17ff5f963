import ServiceSupport
import Testing

@Suite struct FrameWriterTests {
  private static let mask: [UInt8] = [0x37, 0xFA, 0x21, 0x3D]

  /// The example of RFC 6455, section 5.7.
  @Test func masksAsAClientMust() {
    let hello = FrameWriter.frame(.text, Array("Hello".utf8), mask: Self.mask)
    #expect(hello == [0x81, 0x85] + Self.mask + [0x7F, 0x9F, 0x4D, 0x51, 0x58])
    let masks = Set((0..<20).map { _ in FrameWriter.newMask() })
    #expect(masks.count > 1)
    #expect(masks.allSatisfy { $0.count == 4 })
  }

  @Test(arguments: [0, 125, 126, 65_535, 65_536])
  func itsFramesAreReadAgainWithoutTheirMask(count: Int) throws {
    let payload = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
    var parser = FrameParser()
    let frames = try parser.feed(FrameWriter.frame(.binary, payload, isFinal: false, mask: nil))
    let isSame = frames == [WebSocketFrame(.binary, payload, isFinal: false)]
    #expect(isSame)
    let masked = FrameWriter.frame(.binary, payload, mask: Self.mask)
    #expect(masked.count == payload.count + (count < 126 ? 6 : count < 65_536 ? 8 : 14))
    let isMasked = zip(masked.suffix(count), payload).enumerated()
      .allSatisfy { $1.0 == $1.1 ^ Self.mask[$0 % 4] }
    #expect(isMasked)
  }

  @Test func writesWhatNoClientMay() {
    let unknown = WebSocketFrame.Opcode(rawValue: 0xB)
    #expect(FrameWriter.frame(unknown, reserved: 0b100, mask: nil) == [0xCB, 0x00])
    #expect(FrameWriter.frame(.ping, isFinal: false, mask: nil) == [0x09, 0x00])
    #expect(FrameWriter.frame(.text, [1], length: .twoBytes, mask: nil) == [0x81, 0x7E, 0, 1, 1])
    #expect(
      FrameWriter.frame(.text, [1], length: .eightBytes, mask: nil)
        == [0x81, 0x7F, 0, 0, 0, 0, 0, 0, 0, 1, 1])
    #expect(
      FrameWriter.frame(.text, length: .claimed(1 << 63), mask: Self.mask)
        == [0x81, 0xFF, 0x80, 0, 0, 0, 0, 0, 0, 0] + Self.mask)
    #expect(FrameWriter.close(nil).prefix(2) == [0x88, 0x80])
    #expect(FrameWriter.close(1000).prefix(2) == [0x88, 0x82])
  }
}
