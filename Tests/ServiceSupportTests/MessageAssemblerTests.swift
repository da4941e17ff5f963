import ServiceSupport
import Testing

@Suite struct MessageAssemblerTests {
  private static func join(
    _ frames: [WebSocketFrame]
  ) throws -> [MessageAssembler.Message] {
    var assembler = MessageAssembler()
    return try frames.compactMap { try assembler.add($0) }
  }

  @Test func joinsFrames() throws {
    let letters = Array("grüße".utf8)
    #expect(
      try Self.join([
        WebSocketFrame(.text, letters),
        WebSocketFrame(.text, Array(letters.prefix(3)), isFinal: false),
        WebSocketFrame(.continuation, [], isFinal: false),
        WebSocketFrame(.continuation, Array(letters.dropFirst(3))),
        WebSocketFrame(.binary, [0xFF]), WebSocketFrame(.text, []),
      ]) == [.text("grüße"), .text("grüße"), .binary([0xFF]), .text("")])
  }

  @Test(arguments: [
    [WebSocketFrame(.continuation, [])],
    [WebSocketFrame(.text, [], isFinal: false), WebSocketFrame(.text, [])],
    [WebSocketFrame(.text, [0xC3])], [WebSocketFrame(.text, [0xED, 0xA0, 0x80])],
  ])
  func refuses(frames: [WebSocketFrame]) {
    #expect(throws: FrameParser.Problem.self) { try Self.join(frames) }
  }
}
