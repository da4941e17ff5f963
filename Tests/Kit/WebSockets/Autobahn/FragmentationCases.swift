import ServiceSupport

/// Section 5.
enum FragmentationCases {
  private typealias Chop = AutobahnCase.Chop

  private static let chops: [Chop] = [.whole, .perFrame, .bytes(1)]

  static let all =
    [
      AutobahnCase("5.1", [part(.ping, 1), end(2)], ends: .failed(1002)),
      AutobahnCase("5.2", [part(.pong, 1), end(2)], ends: .failed(1002)),
    ]
    + chops.enumerated().map { index, chop in
      AutobahnCase("5.\(3 + index)", [part(.text, 1), end(2)], chop, gets: [message(1...2)])
    }
    + chops.enumerated().map { index, chop in
      AutobahnCase(
        "5.\(6 + index)", [part(.text, 1), ClientFrame(.ping, "ping payload"), end(2)], chop,
        gets: [ClientFrame(.pong, "ping payload"), message(1...2)])
    }
    + chops.enumerated().map { orphan("5.\(9 + $0)", isFinal: true, $1) }
    + chops.enumerated().map { orphan("5.\(12 + $0)", isFinal: false, $1) }
    + [
      AutobahnCase(
        "5.15", [part(.text, 1), end(2), part(.continuation, 3), ClientFrame(.text, "fragment4")],
        gets: [message(1...2)], ends: .failed(1002)),
      AutobahnCase(
        "5.16", twice([part(.continuation, 1), part(.text, 2), end(3)]), ends: .failed(1002)),
      AutobahnCase("5.17", twice([end(1), part(.text, 2), end(3)]), ends: .failed(1002)),
      AutobahnCase("5.18", [part(.text, 1), ClientFrame(.text, "fragment2")], ends: .failed(1002)),
      withPings("5.19", .whole),
      withPings("5.20", .perFrame),
    ]

  private static func fragment(_ number: Int) -> Payload {
    Payload(Array("fragment\(number)".utf8))
  }

  private static func part(_ opcode: WebSocketFrame.Opcode, _ number: Int) -> ClientFrame {
    ClientFrame(opcode, fragment(number), isFinal: false)
  }

  private static func end(_ number: Int) -> ClientFrame {
    ClientFrame(.continuation, fragment(number))
  }

  private static func message(_ numbers: ClosedRange<Int>) -> ClientFrame {
    ClientFrame(.text, Payload(numbers.flatMap { fragment($0).bytes }))
  }

  private static func twice(_ frames: [ClientFrame]) -> [ClientFrame] {
    frames + frames
  }

  /// A continuation of nothing.
  private static func orphan(_ id: String, isFinal: Bool, _ chop: Chop) -> AutobahnCase {
    AutobahnCase(
      id,
      [
        ClientFrame(.continuation, "non-continuation payload", isFinal: isFinal),
        ClientFrame(.text, "Hello, world!"),
      ], chop, ends: .failed(1002))
  }

  /// The suite waits a second after the first ping, which is answered meanwhile.
  private static func withPings(_ id: String, _ chop: Chop) -> AutobahnCase {
    let (first, second): (Payload, Payload) = ("pongme 1!", "pongme 2!")
    return AutobahnCase(
      id,
      [
        part(.text, 1), part(.continuation, 2), ClientFrame(.ping, first), part(.continuation, 3),
        part(.continuation, 4), ClientFrame(.ping, second), end(5),
      ], chop, gets: [ClientFrame(.pong, first), ClientFrame(.pong, second), message(1...5)])
  }
}
