import ServiceSupport
import Testing

@Suite struct WebSocketClientTests {
  private static let head = Array(
    """
    HTTP/1.1 101 Switching Protocols\r\nupgrade: WebSocket\r\nConnection: keep-alive, upgrade\r\n\
    Sec-WebSocket-Accept: \(WebSocketClient.accept)\r\n\r\n
    """.utf8)

  private static func text(_ text: String) -> [UInt8] {
    FrameWriter.frame(.text, Array(text.utf8), mask: nil)
  }

  private static let ping = FrameWriter.frame(.ping, [1, 2], mask: nil)
  private static let close = FrameWriter.frame(
    .close, [0x03, 0xF4] + Array("later".utf8), mask: nil)

  /// A server that sends these bytes when it is asked, and a client of it.
  private static func connect(
    _ bytes: [UInt8], closes: Bool = false, _ behavior: WebSocketClient.Behavior = .init()
  ) async throws -> (ScriptedServer, WebSocketClient) {
    let server = try await ScriptedServer.start([bytes], closes: closes)
    let client = try await WebSocketClient.open("a b", port: server.port, behavior: behavior)
    return (server, client)
  }

  @Test func takesMessagesThatComeWithTheHandshake() async throws {
    let (server, client) = try await Self.connect(
      Self.head + Self.text(#"{"next":"1","reset":false}"#)
        + Self.text(#"{"id":"2","data":"x","event":"e"}"#) + Self.text(#"{"ref":"r","id":"3"}"#))
    #expect(try await client.status() == 101)
    #expect(try await client.answer(to: "r") == SocketMessage(id: "3", ref: "r"))
    #expect(try await client.nextNews() == .place("1"))
    #expect(try await client.next() == SocketMessage(id: "2", event: "e", data: "x"))
    #expect(client.received.count == 3)
    let request = String(decoding: server.received.value, as: UTF8.self)
    #expect(request.hasPrefix("GET /topics/a%20b/socket HTTP/1.1\r\n"))
  }

  @Test func answersPingsUnlessItIsToldOtherwise() async throws {
    let (server, client) = try await Self.connect(Self.head + Self.ping)
    #expect(try await client.frames(.ping, atLeast: 1).map(\.payload) == [[1, 2]])
    _ = try await server.received.take(within: .usualDeadline, else: { "\($0)" }) { bytes in
      let pong = Array(bytes.suffix(8))
      guard pong.count == 8, pong.prefix(2) == [0x8A, 0x82] else { return nil as Bool? }
      return pong[6] ^ pong[2] == 1 && pong[7] ^ pong[3] == 2 ? true : nil
    }
    var silent = WebSocketClient.Behavior()
    silent.answersPings = false
    let (other, mute) = try await Self.connect(Self.head + Self.ping, silent)
    _ = try await mute.frames(.ping, atLeast: 1)
    let marker = FrameWriter.frame(.text, [], mask: [0, 0, 0, 0])
    mute.send(marker)
    try await other.waitForLast(Array("\r\n\r\n".utf8) + marker)
  }

  @Test func tellsHowItEnded() async throws {
    // Its answer would come to a connection that is gone, and be answered by a RST.
    var silent = WebSocketClient.Behavior()
    silent.answersClose = false
    let (_, closed) = try await Self.connect(Self.head + Self.close, closes: true, silent)
    #expect(try await closed.ending() == .closed(.init(code: 1012, reason: "later")))
    #expect(try await closed.closeCode() == 1012)
    #expect(try await closed.nextNews() == .bye(1012))
    let (_, cut) = try await Self.connect(Self.head, closes: true)
    #expect(try await cut.ending() == .cut(.closed))
    await #expect(throws: ServiceFailure.self) { try await cut.closeCode() }
    await #expect(throws: ServiceFailure.self) { try await cut.nextNews() }
    let refusal = Array("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno".utf8)
    let (_, refused) = try await Self.connect(refusal)
    #expect(try await refused.ending() == .refused)
    #expect(try await refused.status() == 403)
    #expect(refused.body == Array("no".utf8))
  }

  @Test func answersACloseFrameWithItsCode() async throws {
    let (server, client) = try await Self.connect(Self.head + Self.close)
    #expect(try await client.closeFrame() == .init(code: 1012, reason: "later"))
    _ = try await server.received.take(within: .usualDeadline, else: { "\($0)" }) { bytes in
      let answer = Array(bytes.suffix(8))
      guard answer.count == 8, answer.prefix(2) == [0x88, 0x82] else { return nil as Bool? }
      return answer[6] ^ answer[2] == 0x03 && answer[7] ^ answer[3] == 0xF4 ? true : nil
    }
  }

  @Test func seesTheEndOfInputWhereItStaysHalfOpen() async throws {
    var patient = WebSocketClient.Behavior()
    patient.staysHalfOpen = true
    patient.answersClose = false
    let (_, client) = try await Self.connect(Self.head + Self.close, closes: true, patient)
    try await client.endOfInput()
    client.close()
    #expect(try await client.closeCode() == 1012)
  }

  static let wrong: [(name: String, bytes: [UInt8])] = [
    ("masked", head + FrameWriter.text("{}")), ("no JSON", head + text("x")),
    ("an id that is no text", head + text(#"{"id":1}"#)),
    ("binary", head + FrameWriter.frame(.binary, mask: nil)), ("after close", head + close + ping),
    ("half a code", head + FrameWriter.frame(.close, [3], mask: nil)),
    (
      "wrong accept",
      Array(
        "HTTP/1.1 101 X\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: x\r\n\r\n"
          .utf8)
    ),
    (
      "an extension",
      Array(head.dropLast(2)) + Array("Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n".utf8)
    ),
  ]

  @Test(arguments: wrong.indices) func refuses(index: Int) async throws {
    let (name, bytes) = Self.wrong[index]
    let (_, client) = try await Self.connect(bytes)
    guard case .malformed = try await client.ending() else {
      Issue.record("\(name)")
      return
    }
  }
}
