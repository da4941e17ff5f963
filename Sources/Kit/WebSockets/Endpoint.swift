import NIOCore

/// The server's end of one connection, from the handshake on: takes the bytes of the client and says what
/// is to be done (RFC 6455, sections 5 to 7). No extension is in use.
package struct Endpoint {
  package struct Message: Equatable, Sendable {
    /// Text is valid UTF-8.
    package var isText: Bool
    package var bytes: ByteBuffer

    package init(isText: Bool, bytes: ByteBuffer) {
      self.isText = isText
      self.bytes = bytes
    }
  }

  package enum Action: Equatable {
    case receive(Message)
    case send(ByteBuffer)
    /// A ping came, which is answered unless a later one overtakes it (section 5.5.3).
    case pong(ByteBuffer)
    /// Both sides have said all: the TCP connection ends once what was sent has left.
    case disconnect
  }

  private enum State {
    case open
    /// Our close frame is sent, the client's is awaited.
    case closing
    case closed
  }

  private struct Incoming {
    var header: FrameHeader
    var received = 0
  }

  private let maximumMessage: Int
  private var state = State.open
  private var input = ByteBuffer()
  private var frame: Incoming?
  /// The data message whose frames are coming.
  private var message: Message?
  private var validation = UTF8Validation()
  /// A ping was sent and no pong came yet.
  package private(set) var awaitsPong = false

  /// - Parameter maximumMessage: bytes of a message, all its frames together.
  package init(maximumMessage: Int) {
    self.maximumMessage = maximumMessage
  }

  package var isOpen: Bool { state == .open }

  package mutating func receive(_ bytes: ByteBuffer) -> [Action] {
    guard state != .closed else { return [] }
    var actions: [Action] = []
    if input.readableBytes == 0 { input = bytes } else { input.writeImmutableBuffer(bytes) }
    do throws(ProtocolError) {
      while state != .closed, try step(&actions) {}
    } catch {
      actions += fail(error)
    }
    // An idle connection holds no memory for input.
    if input.readableBytes == 0 { input = ByteBuffer() } else { input.discardReadBytes() }
    return actions
  }

  /// A frame that asks whether the client is still there.
  package mutating func ping() -> [Action] {
    guard state == .open else { return [] }
    awaitsPong = true
    return [.send(Self.frame(.ping, ByteBuffer()))]
  }

  /// Begins the closing handshake (section 7.1.2). What the client sends before it answers is dropped.
  package mutating func close(_ code: CloseCode, _ reason: String) -> [Action] {
    guard state == .open else { return [] }
    state = .closing
    message = nil
    return [.send(Self.closeFrame(code, reason))]
  }

  /// Ends the connection for what the client did (section 7.1.7).
  package mutating func fail(_ error: ProtocolError) -> [Action] {
    guard state != .closed else { return [] }
    defer { end() }
    return state == .open
      ? [.send(Self.closeFrame(error.code, error.reason)), .disconnect] : [.disconnect]
  }

  /// A message in one frame.
  package static func frame(_ opcode: Opcode, _ payload: ByteBuffer) -> ByteBuffer {
    var bytes = ByteBuffer()
    bytes.reserveCapacity(payload.readableBytes + 10)
    bytes.writeFrameHeader(opcode, length: payload.readableBytes)
    bytes.writeImmutableBuffer(payload)
    return bytes
  }

  private static func closeFrame(_ code: CloseCode, _ reason: String) -> ByteBuffer {
    var payload = ByteBuffer(integer: code.number)
    // The code and the reason are no longer than a control frame may be.
    payload.writeString(String(decoding: reason.utf8.prefix(120), as: UTF8.self))
    return frame(.close, payload)
  }

  /// - Returns: whether there may be more to do with the bytes that are there.
  private mutating func step(_ actions: inout [Action]) throws(ProtocolError) -> Bool {
    if frame == nil {
      guard let header = try FrameHeader.read(from: &input) else { return false }
      try check(header)
      frame = Incoming(header: header)
    }
    guard let header = frame?.header else { return false }
    return header.opcode.isControl ? try takeControl(header, &actions) : try takeData(&actions)
  }

  private mutating func check(_ header: FrameHeader) throws(ProtocolError) {
    switch header.opcode {
    case .text, .binary:
      guard message == nil else {
        throw .violation("A message begins before the one before it has ended.")
      }
      validation = UTF8Validation()
      message = Message(isText: header.opcode == .text, bytes: ByteBuffer())
    case .continuation:
      // Of a message that was dropped when this end began to close, the rest still comes.
      guard message != nil || state == .closing else {
        throw .violation("A continuation frame continues no message.")
      }
    case .close, .ping, .pong: return
    }
    let length = (message?.bytes.readableBytes ?? 0).addingReportingOverflow(header.length)
    guard !length.overflow, length.partialValue <= maximumMessage else {
      throw ProtocolError(.tooBig, "A message has at most \(maximumMessage) bytes.")
    }
  }

  private mutating func takeControl(
    _ header: FrameHeader, _ actions: inout [Action]
  ) throws(ProtocolError) -> Bool {
    guard var payload = input.readSlice(length: header.length) else { return false }
    frame = nil
    payload.unmask(header.mask, offset: 0)
    switch header.opcode {
    case .ping where state == .open: actions.append(.pong(Self.frame(.pong, payload)))
    case .pong: awaitsPong = false
    case .close: try takeClose(payload, &actions)
    default: break
    }
    return true
  }

  private mutating func takeClose(
    _ payload: ByteBuffer, _ actions: inout [Action]
  ) throws(ProtocolError) {
    var reason = payload
    if payload.readableBytes > 0 {
      guard let number = reason.readInteger(as: UInt16.self), CloseCode(received: number) != nil
      else { throw .violation("A close frame has a code that does not exist.") }
      var validation = UTF8Validation()
      guard reason.withUnsafeReadableBytes({ validation.accept($0) }), validation.isComplete else {
        throw ProtocolError(.invalidPayload, "The reason of a close frame is not UTF-8.")
      }
    }
    // The code is given back (section 5.5.1), without the client's reason.
    let code = payload.getSlice(at: payload.readerIndex, length: min(2, payload.readableBytes))
    if state == .open { actions.append(.send(Self.frame(.close, code ?? ByteBuffer()))) }
    actions.append(.disconnect)
    end()
  }

  private mutating func end() {
    state = .closed
    input = ByteBuffer()
    frame = nil
    message = nil
  }

  private mutating func takeData(_ actions: inout [Action]) throws(ProtocolError) -> Bool {
    guard let incoming = frame else { return false }
    let header = incoming.header
    let count = min(header.length - incoming.received, input.readableBytes)
    guard var payload = input.readSlice(length: count) else { return false }
    payload.unmask(header.mask, offset: incoming.received)
    if message?.isText == true {
      // A piece that cannot become text is not waited out.
      guard payload.withUnsafeReadableBytes({ validation.accept($0) }) else {
        throw ProtocolError(.invalidPayload, "A text is not UTF-8.")
      }
    }
    message?.bytes.writeImmutableBuffer(payload)
    frame?.received += count
    guard incoming.received + count == header.length else { return false }
    frame = nil
    guard header.isFinal, let message = message.take() else { return true }
    guard !message.isText || validation.isComplete else {
      throw ProtocolError(.invalidPayload, "A text ends within a character.")
    }
    if state == .open { actions.append(.receive(message)) }
    return true
  }
}
