import ServiceSupport

/// Section 3, reserved bits, and section 4, reserved opcodes: a good message may stand before, and
/// a ping after, which is not answered.
enum ReservedCases {
  private static let hello: Payload = "Hello, world!"
  private static let binary = Payload(hex: "00 FF FE FD FC FB 00 FF")

  static let bits = [
    AutobahnCase("3.1", [ClientFrame(.text, hello, reserved: 1)], ends: .failed(1002)),
    between("3.2", ClientFrame(.text, hello, reserved: 2)),
    between("3.3", ClientFrame(.text, hello, reserved: 3), .perFrame),
    between("3.4", ClientFrame(.text, hello, reserved: 4), .bytes(1)),
    AutobahnCase("3.5", [ClientFrame(.binary, binary, reserved: 5)], ends: .failed(1002)),
    AutobahnCase("3.6", [ClientFrame(.binary, hello, reserved: 6)], ends: .failed(1002)),
    AutobahnCase("3.7", [ClientFrame(.close, reserved: 7)], ends: .failed(1002)),
  ]

  static let opcodes = opcodes("4.1", from: 3) + opcodes("4.2", from: 11)

  private static func opcodes(_ id: String, from first: UInt8) -> [AutobahnCase] {
    func frame(_ number: UInt8, _ payload: Payload = "") -> ClientFrame {
      ClientFrame(WebSocketFrame.Opcode(rawValue: first + number), payload)
    }
    return [
      AutobahnCase("\(id).1", [frame(0)], ends: .failed(1002)),
      AutobahnCase("\(id).2", [frame(1, "reserved opcode payload")], ends: .failed(1002)),
      between("\(id).3", frame(2)),
      between("\(id).4", frame(3, hello)),
      between("\(id).5", frame(4, hello), .bytes(1)),
    ]
  }

  private static func between(
    _ id: String, _ frame: ClientFrame, _ chop: AutobahnCase.Chop = .whole
  ) -> AutobahnCase {
    let message = ClientFrame(.text, hello)
    return AutobahnCase(
      id, [message, frame, ClientFrame(.ping)], chop, gets: [message], ends: .failed(1002))
  }
}
