import ServiceSupport

/// Section 7. Of 7.1.6 and 7.13 the suite only reports what happens; here it must be what it is.
enum ClosingCases {
  private static let hello = ClientFrame(.text, "Hello World!")

  static let all = basic + reasons + codes

  private static let basic = [
    AutobahnCase("7.1.1", hello),
    AutobahnCase("7.1.2", [.close(1000), .close(nil)], ends: .answered(1000)),
    AutobahnCase("7.1.3", [.close(1000), ClientFrame(.ping)], ends: .answered(1000)),
    AutobahnCase("7.1.4", [.close(1000), hello], ends: .answered(1000)),
    AutobahnCase(
      "7.1.5",
      [
        ClientFrame(.text, "fragment1", isFinal: false), .close(1000),
        ClientFrame(.continuation, "fragment2"),
      ], ends: .answered(1000)),
    AutobahnCase(
      "7.1.6", [LimitCases.text(262_144), hello, .close(1000), ClientFrame(.ping)],
      gets: [LimitCases.text(262_144), hello], ends: .answered(1000)),
  ]

  private static let reasons = [
    AutobahnCase("7.3.1", [.close(nil)], ends: .answered(nil)),
    AutobahnCase("7.3.2", [.close(nil, "a")], ends: .failed(1002)),
    AutobahnCase("7.3.3", [.close(1000)], ends: .answered(1000)),
    AutobahnCase("7.3.4", [.close(1000, "Hello World!")], ends: .answered(1000)),
    AutobahnCase("7.3.5", [.close(1000, Payload([0x2A], count: 123))], ends: .answered(1000)),
    AutobahnCase("7.3.6", [.close(1000, Payload([0x2A], count: 124))], ends: .failed(1002)),
    AutobahnCase("7.5.1", [.close(1000, TextCases.surrogateInGreek)], ends: .failed(1007)),
  ]

  private static let valid: [UInt16] = [
    1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999,
  ]
  private static let invalid: [UInt16] = [0, 999, 1004, 1005, 1006, 1016, 1100, 2000, 2999]

  private static let codes =
    valid.enumerated().map { AutobahnCase("7.7.\($0 + 1)", [.close($1)], ends: .answered($1)) }
    + invalid.enumerated().map { AutobahnCase("7.9.\($0 + 1)", [.close($1)], ends: .failed(1002)) }
    + [
      AutobahnCase("7.13.1", [.close(5000)], ends: .failed(1002)),
      AutobahnCase("7.13.2", [.close(65_535)], ends: .failed(1002)),
    ]
}
