import ServiceSupport

/// Section 6: text that is UTF-8, and text that is not, which ends the connection with 1007.
enum TextCases {
  private static let greek = Payload(hex: "CEBA E1BDB9 CF83 CEBC CEB5")
  private static let edited = Payload(hex: "656469746564")
  static let surrogateInGreek = Payload(greek.bytes + [0xED, 0xA0, 0x80] + edited.bytes)
  /// Beyond U+10FFFF; its second byte, the thirteenth of all, shows it.
  private static let beyondInGreek = Payload(greek.bytes + [0xF4, 0x90, 0x80, 0x80] + edited.bytes)
  private static let umlauts: Payload = "Hello-\u{B5}@\u{DF}\u{F6}\u{E4}\u{FC}\u{E0}\u{E1}-UTF-8!!"

  static let all = fragments + early + TextSequences.all.flatMap(\.cases)

  private static let fragments = [
    AutobahnCase("6.1.1", ClientFrame(.text)),
    fragmented("6.1.2", ["", "", ""]),
    fragmented("6.1.3", ["", "middle frame payload", ""]),
    AutobahnCase("6.2.1", ClientFrame(.text, umlauts)),
    fragmented(
      "6.2.2", ["Hello-\u{B5}@\u{DF}\u{F6}\u{E4}", "\u{FC}\u{E0}\u{E1}-UTF-8!!"]),
    fragmented("6.2.3", bytewise(umlauts)),
    fragmented("6.2.4", bytewise(greek)),
    AutobahnCase("6.3.1", [ClientFrame(.text, surrogateInGreek)], ends: .failed(1007)),
    AutobahnCase(
      "6.3.2", frames(bytewise(surrogateInGreek)), .perFrame, ends: .failed(1007), lastChunk: 12),
  ]

  /// The server fails with the first byte that cannot be right: in the second of three frames, or of
  /// three chunks of one frame.
  private static let early = [
    AutobahnCase(
      "6.4.1", frames(parts(of: beyondInGreek, at: [11, 15])), .perFrame, ends: .failed(1007),
      lastChunk: 1),
    AutobahnCase(
      "6.4.2", frames(parts(of: beyondInGreek, at: [12, 13])), .perFrame, ends: .failed(1007),
      lastChunk: 1),
    // The header has six bytes.
    AutobahnCase(
      "6.4.3", [ClientFrame(.text, beyondInGreek)], .at([17, 21]), ends: .failed(1007), lastChunk: 1
    ),
    AutobahnCase(
      "6.4.4", [ClientFrame(.text, beyondInGreek)], .at([18, 19]), ends: .failed(1007), lastChunk: 1
    ),
  ]

  private static func frames(_ parts: [Payload]) -> [ClientFrame] {
    parts.enumerated().map { index, part in
      ClientFrame(index == 0 ? .text : .continuation, part, isFinal: index == parts.count - 1)
    }
  }

  private static func fragmented(_ id: String, _ parts: [Payload]) -> AutobahnCase {
    AutobahnCase(
      id, frames(parts), gets: [ClientFrame(.text, Payload(parts.flatMap(\.bytes)))])
  }

  /// The suite's client ends such messages with an empty frame.
  private static func bytewise(_ payload: Payload) -> [Payload] {
    payload.bytes.map { Payload([$0]) } + [""]
  }

  private static func parts(of payload: Payload, at places: [Int]) -> [Payload] {
    let bytes = payload.bytes
    return zip([0] + places, places + [bytes.count]).map { Payload(Array(bytes[$0..<$1])) }
  }
}
