import ServiceSupport
import Testing

/// Frames on the wire of a whole server (RFC 6455, sections 5 to 7).
@Suite(.timeLimit(.minutes(10))) struct WebSocketProtocolTests {
  private static let unknown = WebSocketFrame.Opcode(rawValue: 0x3)
  private static let unknownControl = WebSocketFrame.Opcode(rawValue: 0xB)
  private static let good = Array(#"{"data":"x"}"#.utf8)
  private static let half = FrameWriter.text(#"{"data":"#, isFinal: false)
  private static let long = [UInt8](repeating: 0x20, count: 126)

  private static let wrong: [(why: String, bytes: [UInt8], code: Int)] = [
    ("not masked", FrameWriter.frame(.text, good, mask: nil), 1002),
    ("a ping that is not masked", FrameWriter.frame(.ping, mask: nil), 1002),
    ("RSV1", FrameWriter.frame(.text, good, reserved: 0b100), 1002),
    ("RSV2", FrameWriter.frame(.text, good, reserved: 0b010), 1002),
    ("RSV3 of a ping", FrameWriter.frame(.ping, reserved: 0b001), 1002),
    ("opcode 3", FrameWriter.frame(unknown), 1002),
    ("opcode 11", FrameWriter.frame(unknownControl), 1002),
    ("a ping in fragments", FrameWriter.frame(.ping, isFinal: false), 1002),
    ("a close in fragments", FrameWriter.frame(.close, isFinal: false), 1002),
    ("a long ping", FrameWriter.frame(.ping, long), 1002),
    ("a long close", FrameWriter.close(1000, long), 1002),
    ("a continuation of nothing", FrameWriter.frame(.continuation, good), 1002),
    ("an end of nothing", FrameWriter.frame(.continuation, isFinal: false), 1002),
    ("a text within a text", half + FrameWriter.frame(.text, good), 1002),
    ("a binary within a text", half + FrameWriter.frame(.binary), 1002),
    ("two bytes for a short length", FrameWriter.frame(.text, good, length: .twoBytes), 1002),
    ("eight bytes for a short length", FrameWriter.frame(.text, good, length: .eightBytes), 1002),
    ("eight bytes where two would do", FrameWriter.frame(.text, long, length: .eightBytes), 1002),
    ("the highest bit of a length", FrameWriter.frame(.text, length: .claimed(1 << 63)), 1002),
    ("too long by its claim", FrameWriter.frame(.text, length: .claimed(1 << 40)), 1009),
    ("too long by all but a bit", FrameWriter.frame(.text, length: .claimed(.max >> 1)), 1009),
    ("a binary message", FrameWriter.frame(.binary, good), 1003),
    ("no UTF-8", FrameWriter.frame(.text, [0x22, 0xFF, 0x22]), 1007),
    ("a surrogate", FrameWriter.frame(.text, [0xED, 0xA0, 0x80]), 1007),
    ("an overlong form", FrameWriter.frame(.text, [0xC0, 0xAF]), 1007),
    ("a character that does not end", FrameWriter.frame(.text, [0xE2, 0x82]), 1007),
    (
      "a character that breaks between fragments",
      FrameWriter.frame(.text, [0xE2, 0x82], isFinal: false)
        + FrameWriter.frame(.continuation, [0x41]), 1007
    ),
    ("half a code", FrameWriter.frame(.close, [0x03]), 1002),
    ("code 0", FrameWriter.close(0), 1002),
    ("code 999", FrameWriter.close(999), 1002), ("code 1004", FrameWriter.close(1004), 1002),
    ("code 1005", FrameWriter.close(1005), 1002), ("code 1006", FrameWriter.close(1006), 1002),
    ("code 1015", FrameWriter.close(1015), 1002), ("code 2999", FrameWriter.close(2999), 1002),
    ("code 5000", FrameWriter.close(5000), 1002),
    ("a reason that is no UTF-8", FrameWriter.close(1000, [0xFF]), 1007),
  ]

  @Test func aClientThatBreaksTheProtocolIsToldHowAndTheConnectionEnds() async throws {
    try await Node.run { node in
      for (why, bytes, code) in Self.wrong {
        let socket = try await node.socket("room")
        socket.send(bytes)
        do {
          #expect(try await socket.closeCode() == code, "\(why)")
        } catch {
          Issue.record("\(why): \(error)")
        }
      }
      try await node.waitForListeners(0)
      #expect(try await node.poll("room", after: "earliest").updates.isEmpty)
    }
  }

  /// What is behind the error is not read, and does not cost the client the reason.
  @Test func nothingIsTakenAfterAnError() async throws {
    try await Node.run { node in
      let socket = try await node.socket("room")
      let rest = (0..<100).flatMap { _ in FrameWriter.frame(.text, Self.good) }
      socket.send(FrameWriter.frame(.text, Self.good) + FrameWriter.frame(Self.unknown) + rest)
      socket.send(rest)
      #expect(try await socket.closeCode() == 1002)
      // What came before it may still be on its way.
      while try await node.poll("room", after: "earliest").updates.isEmpty {}
      _ = try await node.publish("room", "later")
      let page = try await node.poll("room", after: "earliest")
      #expect(page.updates.map(\.data) == ["x", "later"])
    }
  }

  @Test func anErrorEndsTheSendingAtOnceAndTheConnectionSoon() async throws {
    try await Node.run { node in
      var behavior = WebSocketClient.Behavior()
      behavior.staysHalfOpen = true
      behavior.answersClose = false
      let socket = try await WebSocketClient.open("room", port: node.port, behavior: behavior)
      _ = try await socket.next()
      socket.send(FrameWriter.frame(Self.unknown))
      #expect(try await socket.closeFrame().code == 1002)
      try await socket.endOfInput()
      // The client keeps its side open, which does not keep the server's.
      try await node.waitForListeners(0)
    }
  }

  @Test(arguments: [1000, 1001, 1011, 3000, 4999, nil] as [UInt16?])
  func aCloseFrameIsAnsweredWithItsCode(_ code: UInt16?) async throws {
    try await Node.run { node in
      let socket = try await node.socket("room")
      socket.sendClose(code, code == nil ? "" : "grüße")
      socket.send(FrameWriter.frame(.text, Self.good))
      #expect(try await socket.closeCode() == code.map { Int($0) })
      #expect(try await node.poll("room", after: "earliest").updates.isEmpty)
      try await node.waitForListeners(0)
    }
  }

  @Test func aClientThatLeavesWithoutAWordIsForgotten() async throws {
    try await Node.run { node in
      var sockets: [WebSocketClient] = []
      for _ in 0..<6 { sockets.append(try await node.socket("room")) }
      try await node.waitForListeners(6)
      for (number, socket) in sockets.enumerated() {
        switch number % 3 {
        case 0: socket.close()
        case 1: socket.reset()
        default: socket.endSending()
        }
      }
      try await node.waitForListeners(0)
      _ = try await node.publish("room", "x")
    }
  }

  @Test func pingsAreAnsweredEvenWithinAMessage() async throws {
    try await Node.run { node in
      let socket = try await node.socket("room")
      let longest = [UInt8](repeating: 7, count: 125)
      for payload in [[], [1, 2, 3], longest] as [[UInt8]] {
        let count = socket.frames.count { $0.opcode == .pong }
        socket.send(FrameWriter.frame(.ping, payload))
        let pongs = try await socket.frames(.pong, atLeast: count + 1)
        #expect(pongs.last?.payload == payload)
      }
      socket.send(FrameWriter.frame(.pong, [9]))
      socket.send(Self.half + FrameWriter.frame(.ping, [5]))
      #expect(try await socket.frames(.pong, atLeast: 4).last?.payload == [5])
      socket.send(FrameWriter.frame(.continuation, Array(#""whole"}"#.utf8)))
      _ = try await socket.next { $0.isUpdate }
      #expect(try await node.poll("room", after: "earliest").updates.map(\.data) == ["whole"])
    }
  }

  /// Byte by byte, and all in one; in many fragments, empty ones among them.
  @Test func messagesAreReadWhateverTheyAreCutInto() async throws {
    let text = #"{"data":"grüße 🎉","ref":1}"#
    try await Node.run { node in
      let socket = try await node.socket("room")
      for byte in FrameWriter.text(text) { socket.send([byte]) }
      #expect(try await socket.answer(to: 1).id != nil)
      let bytes = Array(text.utf8)
      var frames = FrameWriter.frame(.text, isFinal: false)
      for byte in bytes { frames += FrameWriter.frame(.continuation, [byte], isFinal: false) }
      socket.send(frames + FrameWriter.frame(.continuation))
      #expect(try await socket.answer(to: 1).id != nil)
      let padded = text + String(repeating: " ", count: 70_000)
      socket.send(FrameWriter.text(padded))
      #expect(try await socket.answer(to: 1).id != nil)
      let page = try await node.poll("room", after: "earliest")
      #expect(page.updates.map(\.data) == Array(repeating: "grüße 🎉", count: 3))
    }
  }

  /// Takes as long as the deadlines: 20 s to a ping, 10 s to its pong.
  @Test func aClientThatDoesNotAnswerAPingIsCutOffAndOneThatDoesIsNot() async throws {
    try await Node.run { node in
      var behavior = WebSocketClient.Behavior()
      behavior.answersPings = false
      let start = ContinuousClock.now
      let silent = try await WebSocketClient.open("room", port: node.port, behavior: behavior)
      let alive = try await node.socket("room")
      _ = try await silent.ending(within: .seconds(100))
      #expect(ContinuousClock.now - start >= .seconds(29))
      #expect(try await alive.frames(.ping, atLeast: 2, within: .seconds(100)).count >= 2)
      let id = try await node.publish("room", "still there")
      #expect(try await alive.next().id == id)
      #expect(silent.frames.count { $0.opcode == .ping } == 1)
      try await node.waitForListeners(1)
    }
  }
}
