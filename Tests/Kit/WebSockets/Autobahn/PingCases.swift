import ServiceSupport

/// Section 2.
enum PingCases {
  private static let binary = Payload(hex: "00 FF FE FD FC FB 00 FF")
  private static let long = Payload([0xFE], count: 125)
  private static let unsolicited = ClientFrame(.pong, "unsolicited pong payload")

  /// Answered one by one; a server need not, but this one does where the client reads.
  private static let ten = (0..<10).map { Payload(Array("payload-\($0)".utf8)) }

  static let all = [
    answered("2.1", [""]),
    answered("2.2", ["Hello, world!"]),
    answered("2.3", [binary]),
    answered("2.4", [long]),
    AutobahnCase("2.5", [ClientFrame(.ping, Payload([0xFE], count: 126))], ends: .failed(1002)),
    answered("2.6", [long], .bytes(1)),
    AutobahnCase("2.7", [ClientFrame(.pong), .close(1000)], ends: .answered(1000)),
    AutobahnCase("2.8", [unsolicited, .close(1000)], ends: .answered(1000)),
    AutobahnCase(
      "2.9", [unsolicited, ClientFrame(.ping, "ping payload")],
      gets: [ClientFrame(.pong, "ping payload")]),
    answered("2.10", ten),
    answered("2.11", ten, .bytes(1)),
  ]

  private static func answered(
    _ id: String, _ payloads: [Payload], _ chop: AutobahnCase.Chop = .whole
  ) -> AutobahnCase {
    AutobahnCase(
      id, payloads.map { ClientFrame(.ping, $0) }, chop,
      gets: payloads.map { ClientFrame(.pong, $0) })
  }
}
