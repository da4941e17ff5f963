import NIOCore
import TestSupport
import Testing

@testable import WebSockets

@Suite struct UnmaskTests {
  /// RFC 6455, section 5.3: byte i of the payload goes with byte i mod 4 of the mask.
  @Test(arguments: 0...40) func eachByteGoesWithOneOfTheMask(count: Int) {
    var generator = SeededGenerator(seed: UInt64(count))
    let masks: [[UInt8]] = [
      [0, 0, 0, 0], [1, 2, 4, 8], [0xFF, 0, 0x80, 0x7F], [0x9D, 0x01, 0xF2, 0x6B],
    ]
    for mask in masks {
      let number = mask.reversed().reduce(0 as UInt32) { $0 << 8 | UInt32($1) }
      for offset in 0...40 {
        let bytes = (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        let expected = bytes.enumerated().map { $1 ^ mask[(offset + $0) % 4] }
        // Beginning at any place of a buffer, and leaving what stands around.
        var buffer = ByteBuffer(bytes: Array(repeating: 7, count: offset) + bytes + [9])
        buffer.moveReaderIndex(forwardBy: offset)
        guard var payload = buffer.readSlice(length: count) else { continue }
        payload.unmask(number, offset: offset)
        #expect(Array(payload.readableBytesView) == expected, "mask \(mask), offset \(offset)")
        #expect(buffer.readableBytesView.elementsEqual([9]))
      }
    }
  }

  @Test func largeOffsetsCountToo() {
    for offset in [1 << 32, (1 << 32) + 3, Int.max] {
      var payload = ByteBuffer(bytes: [0, 0, 0, 0, 0])
      payload.unmask(0x0403_0201, offset: offset)
      let expected = (0..<5).map { UInt8((offset % 4 + $0) % 4 + 1) }
      #expect(Array(payload.readableBytesView) == expected)
    }
  }
}
