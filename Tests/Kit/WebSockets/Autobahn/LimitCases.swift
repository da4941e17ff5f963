import ServiceSupport

/// Section 9, which is about speed, in its real sizes, and section 10.
enum LimitCases {
  private static let mebibyte = 1 << 20
  /// What a socket is read in.
  private static let read = AutobahnCase.Chop.bytes(1 << 16)

  static let all = large + fragmented + chopped + many

  static func text(_ size: Int) -> ClientFrame {
    ClientFrame(.text, Payload(Array("BAsd7&jh23".utf8), count: size))
  }

  private static func binary(_ size: Int) -> ClientFrame {
    ClientFrame(.binary, Payload([0x00, 0xFE, 0x23, 0xFA, 0xF0], count: size))
  }

  private static let large = [1 << 16, 1 << 18, 1 << 20, 4 << 20, 8 << 20, 16 << 20]
    .enumerated().flatMap { index, size in
      [
        AutobahnCase("9.1.\(index + 1)", text(size), read),
        AutobahnCase("9.2.\(index + 1)", binary(size), read),
      ]
    }

  private static let fragmented = (0..<9).flatMap { index in
    [
      fragmented("9.3.\(index + 1)", .text, 0x2A, 4 * mebibyte, by: 64 << (2 * index)),
      fragmented("9.4.\(index + 1)", .binary, 0xFE, 4 * mebibyte, by: 64 << (2 * index)),
    ]
  }

  private static let chopped = (0..<6).flatMap { index in
    [
      AutobahnCase("9.5.\(index + 1)", text(mebibyte), .bytes(64 << index)),
      AutobahnCase("9.6.\(index + 1)", binary(mebibyte), .bytes(64 << index)),
    ]
  }

  /// One by one, each after the echo of the one before.
  private static let many = [0, 16, 64, 256, 1024, 4096].enumerated().flatMap { index, size in
    [(7, WebSocketFrame.Opcode.text, 0x2A as UInt8), (8, .binary, 0xFE)].map { part, opcode, byte in
      let message = ClientFrame(opcode, Payload([byte], count: size), count: 1000)
      return AutobahnCase("9.\(part).\(index + 1)", [message], .perFrame, gets: [message])
    }
  }

  static let automatic = [fragmented("10.1.1", .text, 0x2A, 65_536, by: 1300)]

  /// The suite's client ends with a frame of less than `size`, which may be empty; a message of `size`
  /// is not fragmented.
  private static func fragmented(
    _ id: String, _ opcode: WebSocketFrame.Opcode, _ byte: UInt8, _ total: Int, by size: Int
  ) -> AutobahnCase {
    let message = ClientFrame(opcode, Payload([byte], count: total))
    guard size < total else { return AutobahnCase(id, message, read) }
    let part = Payload([byte], count: size)
    return AutobahnCase(
      id,
      [
        ClientFrame(opcode, part, isFinal: false),
        ClientFrame(.continuation, part, isFinal: false, count: total / size - 1),
        ClientFrame(.continuation, Payload([byte], count: total % size)),
      ], read, gets: [message])
  }
}
