import ServiceSupport

/// Section 1: messages of lengths at which the header changes.
enum FramingCases {
  private static let sizes: [(Int, AutobahnCase.Chop)] = [
    (0, .whole), (125, .whole), (126, .whole), (127, .whole), (128, .whole), (65_535, .whole),
    (65_536, .whole), (65_536, .bytes(997)),
  ]

  static let all: [AutobahnCase] = sizes.enumerated().flatMap { index, size in
    [
      AutobahnCase("1.1.\(index + 1)", ClientFrame(.text, Payload([0x2A], count: size.0)), size.1),
      AutobahnCase(
        "1.2.\(index + 1)", ClientFrame(.binary, Payload([0xFE], count: size.0)), size.1),
    ]
  }
}
