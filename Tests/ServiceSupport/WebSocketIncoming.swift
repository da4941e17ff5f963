import Foundation
import NIOCore

/// What has come to a `WebSocketClient`, and what it owes an answer.
struct WebSocketIncoming: Sendable {
  let behavior: WebSocketClient.Behavior
  /// What the handshake must answer.
  let accept: String

  private(set) var head: HTTPResponse.Head?
  /// Of an answer that opens no socket.
  private(set) var body: [UInt8] = []
  private(set) var frames: [WebSocketFrame] = []
  private(set) var received: [SocketMessage] = []
  private(set) var close: WebSocketClient.Close?
  private(set) var hasEndOfInput = false
  private(set) var ending: WebSocketClient.Ending?
  /// Those of the received that nobody took.
  var waiting: [SocketMessage] = []
  var hasSentClose = false

  private var http = HTTPResponseParser()
  private var parser = FrameParser()
  private var assembler = MessageAssembler()
  private var replies: [UInt8] = []

  init(_ behavior: WebSocketClient.Behavior, accept: String) {
    self.behavior = behavior
    self.accept = accept
  }

  var text: String {
    let status = head.map { "\($0.status)" } ?? "no head"
    let all =
      body.isEmpty ? "\(received.suffix(20))" : String(decoding: body, as: UTF8.self)
    let end = ending.map { "\($0)" } ?? close.map { "\($0)" } ?? "open"
    return "\(status), \(frames.count) frames, \(received.count) messages, \(end): \(all)"
  }

  mutating func takeReplies() -> [UInt8] {
    defer { replies = [] }
    return replies
  }

  mutating func receive(_ event: RawConnection.Event) {
    guard ending == nil else { return }
    do {
      switch event {
      case .bytes(let buffer): try read(buffer.readableBytesView)
      case .endOfInput: hasEndOfInput = true
      case .ended(let how):
        if how == .closed { hasEndOfInput = true }
        if close != nil { try parser.finish() }
        ending = how == .closed ? close.map { .closed($0) } ?? .cut(how) : .cut(how)
      }
    } catch {
      ending = .malformed("\(error)")
    }
  }

  private mutating func read(_ bytes: ByteBufferView) throws {
    for part in try http.feed(bytes) {
      switch part {
      case .head(let head):
        self.head = head
        if head.status == 101 { try check(head) }
      case .body(let bytes) where head?.status == 101:
        for frame in try parser.feed(bytes) { try take(frame) }
      case .body(let bytes): body += bytes
      case .end: ending = .refused
      }
    }
  }

  /// RFC 6455, section 4.1: what a client must not put up with. Nothing was offered.
  private func check(_ head: HTTPResponse.Head) throws {
    let connection = (head["Connection"] ?? "").lowercased().split(separator: ",")
    guard head["Upgrade"]?.lowercased() == "websocket",
      connection.contains(where: { $0.filter { $0 != " " } == "upgrade" }),
      head.values("Sec-WebSocket-Accept") == [accept],
      head.values("Sec-WebSocket-Extensions").isEmpty,
      head.values("Sec-WebSocket-Protocol").isEmpty
    else { throw ServiceFailure("no WebSocket: \(head.fields)") }
  }

  private mutating func take(_ frame: WebSocketFrame) throws {
    guard close == nil else { throw ServiceFailure("a frame after the close frame: \(frame)") }
    frames.append(frame)
    switch frame.opcode {
    case .ping:
      if behavior.answersPings { replies += FrameWriter.frame(.pong, frame.payload) }
    case .pong: break
    case .close: try takeClose(frame.payload)
    default: if let message = try assembler.add(frame) { try take(message) }
    }
  }

  private mutating func takeClose(_ payload: [UInt8]) throws {
    guard payload.count != 1, let reason = String(validating: payload.dropFirst(2), as: UTF8.self)
    else { throw ServiceFailure("a close frame with \(payload)") }
    let code = payload.isEmpty ? nil : Int(payload[0]) << 8 | Int(payload[1])
    close = WebSocketClient.Close(code: code, reason: reason)
    guard behavior.answersClose, !hasSentClose else { return }
    hasSentClose = true
    replies += FrameWriter.close(code.map { UInt16($0) })
  }

  private mutating func take(_ message: MessageAssembler.Message) throws {
    guard case .text(let text) = message else {
      throw ServiceFailure("a message that is no text: \(message)")
    }
    let decoded: SocketMessage
    do {
      decoded = try JSONDecoder().decode(SocketMessage.self, from: Data(text.utf8))
    } catch {
      throw ServiceFailure("a message that is none of ours: \(text)")
    }
    received.append(decoded)
    waiting.append(decoded)
  }
}
