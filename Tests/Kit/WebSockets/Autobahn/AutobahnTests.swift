import NIOCore
import ServiceSupport
import Testing

/// All that the Autobahn Testsuite asks a server outside of compression.
@Suite struct AutobahnTests {
  @Test(arguments: FramingCases.all) func messagesOfAllLengthsComeBack(item: AutobahnCase) throws {
    try expectToPass(item)
  }

  @Test(arguments: PingCases.all) func pingsAreAnsweredAndPongsAreNot(item: AutobahnCase) throws {
    try expectToPass(item)
  }

  @Test(arguments: ReservedCases.bits) func reservedBitsAreRefused(item: AutobahnCase) throws {
    try expectToPass(item)
  }

  @Test(arguments: ReservedCases.opcodes) func reservedOpcodesAreRefused(item: AutobahnCase) throws
  {
    try expectToPass(item)
  }

  @Test(arguments: FragmentationCases.all) func fragmentsAreJoined(item: AutobahnCase) throws {
    try expectToPass(item)
  }

  @Test(arguments: TextCases.all) func aTextIsUTF8(item: AutobahnCase) throws {
    try expectToPass(item)
  }

  @Test(arguments: ClosingCases.all) func closingIsAnswered(item: AutobahnCase) throws {
    try expectToPass(item)
  }

  @Test(arguments: LimitCases.all) func manyBytesComeBack(item: AutobahnCase) throws {
    try expectToPass(item)
  }

  @Test(arguments: LimitCases.automatic) func manyFragmentsAreJoined(item: AutobahnCase) throws {
    try expectToPass(item)
  }

  @Test func noneOfItsCasesIsMissing() {
    let all =
      FramingCases.all + PingCases.all + ReservedCases.bits + ReservedCases.opcodes
      + FragmentationCases.all + TextCases.all + ClosingCases.all + LimitCases.all
      + LimitCases.automatic
    let counts = Dictionary(grouping: all, by: \.section).mapValues(\.count)
    #expect(
      counts == [
        "1": 16, "2": 11, "3": 7, "4": 10, "5": 20, "6": 145, "7": 37, "9": 54, "10": 1,
      ])
    #expect(Set(all.map(\.id)).count == 301)
  }

  private func expectToPass(_ item: AutobahnCase) throws {
    var server = Echo()
    for (index, chunk) in item.chunks.enumerated() {
      server.receive(chunk)
      if let last = item.lastChunk { #expect(server.isDisconnected == (index >= last)) }
    }
    var code: UInt16? = 1000
    switch item.ending {
    case .byClient:
      #expect(!server.isDisconnected)
      server.receive(ClientFrame.close(1000).bytes)
    case .answered(let expected): code = expected
    case .failed(let expected): code = expected
    }
    #expect(server.isDisconnected)
    let frames = try server.frames()
    let last = try #require(frames.last)
    #expect(last.opcode == .close)
    #expect(last.closeCode == code)
    // Not shown, as it may be long.
    let isEchoed = frames.dropLast().elementsEqual(item.gets.flatMap(\.received))
    #expect(isEchoed)
    server.receive(ClientFrame(.ping, "late").bytes)
    #expect(try server.frames().count == frames.count)
  }
}

extension WebSocketFrame {
  /// Of a close frame; nil if it says nothing.
  var closeCode: UInt16? {
    payload.count < 2 ? nil : UInt16(payload[0]) << 8 | UInt16(payload[1])
  }
}
