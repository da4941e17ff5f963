import Foundation

/// A client of WebSockets (RFC 6455) that shows what stands on the wire, keeps to the protocol where
/// a test wants that, and breaks it where a test wants that.
package final class WebSocketClient: Sendable {
  package struct Close: Sendable, Hashable {
    /// nil if the close frame has none.
    package var code: Int?
    package var reason: String

    package init(code: Int?, reason: String = "") {
      self.code = code
      self.reason = reason
    }
  }

  /// How a socket came to its end.
  package enum Ending: Sendable, Equatable {
    /// The server's close frame came, and then its end of the connection.
    case closed(Close)
    /// The connection ended otherwise.
    case cut(RawConnection.Ending)
    /// The answer, which is complete, opens no socket.
    case refused
    /// What came is no proper WebSocket, or no message of ours.
    case malformed(String)
  }

  package struct Behavior: Sendable {
    package var answersPings = true
    package var answersClose = true
    /// Whether it reads from the start.
    package var isReading = true
    /// Whether it stays open when the server has sent its end.
    package var staysHalfOpen = false
    /// How many bytes the kernel takes in for a client that does not read.
    package var receiveBuffer: Int32?

    package init() {}
  }

  /// The example of RFC 6455, section 1.3, whose answer needs no SHA-1 here.
  package static let key = "dGhlIHNhbXBsZSBub25jZQ=="
  package static let accept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="

  private let connection: RawConnection
  private let incoming: Watched<WebSocketIncoming>

  // MARK: Beginning

  /// - Parameter after: of the query.
  package static func open(
    _ topic: String, port: Int, after: String? = nil,
    fields: [(name: String, value: String)] = [], behavior: Behavior = Behavior()
  ) async throws -> WebSocketClient {
    let query = after.map { "?after=\(HTTPRequester.percentEncoded($0))" } ?? ""
    return try await open(
      target: "/topics/\(HTTPRequester.percentEncoded(topic))/socket\(query)", port: port,
      fields: fields, behavior: behavior)
  }

  /// - Parameter following: frames that go out with the request, before it is answered.
  package static func open(
    target: String, port: Int, fields: [(name: String, value: String)] = [],
    following: [UInt8] = [], behavior: Behavior = Behavior()
  ) async throws -> WebSocketClient {
    let incoming = Watched(WebSocketIncoming(behavior, accept: accept))
    let connection = try await RawConnection.open(
      port: port, receiveBuffer: behavior.receiveBuffer, isReading: behavior.isReading,
      staysHalfOpen: behavior.staysHalfOpen,
      reply: {
        var replies: [UInt8] = []
        incoming.update { replies = $0.takeReplies() }
        return replies
      }
    ) { event in
      incoming.update { $0.receive(event) }
    }
    var head = """
      GET \(target) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\nUpgrade: websocket\r\n\
      Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: \(key)\r\n
      """
    for field in fields { head += "\(field.name): \(field.value)\r\n" }
    connection.send(Array((head + "\r\n").utf8) + following)
    return WebSocketClient(connection, incoming)
  }

  private init(_ connection: RawConnection, _ incoming: Watched<WebSocketIncoming>) {
    self.connection = connection
    self.incoming = incoming
  }

  // MARK: The handshake

  package func head(within limit: Duration = .usualDeadline) async throws -> HTTPResponse.Head {
    try await find(within: limit, "head") { $0.head }
  }

  package func status() async throws -> Int {
    try await head().status
  }

  /// The body of an answer that opens no socket.
  package var body: [UInt8] { incoming.value.body }

  // MARK: What comes

  /// All that came so far, whether taken or not.
  package var received: [SocketMessage] { incoming.value.received }
  package var frames: [WebSocketFrame] { incoming.value.frames }

  /// Each message once, in the order in which they came.
  /// - Throws: if the socket ends first.
  package func next(within limit: Duration = .usualDeadline) async throws -> SocketMessage {
    try await next(within: limit) { _ in true }
  }

  /// The first message of this kind that was not taken yet; the others stay.
  package func next(
    within limit: Duration = .usualDeadline,
    where isWanted: @escaping @Sendable (SocketMessage) -> Bool
  ) async throws -> SocketMessage {
    try await find(within: limit, "such message") { incoming in
      incoming.waiting.firstIndex(where: isWanted).map { incoming.waiting.remove(at: $0) }
    }
  }

  package func next(
    _ count: Int, within limit: Duration = .usualDeadline
  ) async throws -> [SocketMessage] {
    try await find(within: limit, "row of \(count) messages") { incoming in
      guard incoming.waiting.count >= count else { return nil }
      defer { incoming.waiting.removeFirst(count) }
      return Array(incoming.waiting.prefix(count))
    }
  }

  /// Waits until there were so many frames of this kind.
  package func frames(
    _ opcode: WebSocketFrame.Opcode, atLeast count: Int, within limit: Duration = .usualDeadline
  ) async throws -> [WebSocketFrame] {
    try await find(within: limit, "\(count) frames \(opcode.rawValue)") { incoming in
      let frames = incoming.frames.filter { $0.opcode == opcode }
      return frames.count >= count ? frames : nil
    }
  }

  /// The server's close frame; the connection may still be open.
  package func closeFrame(within limit: Duration = .usualDeadline) async throws -> Close {
    try await find(within: limit, "close frame") { $0.close }
  }

  /// Waits until the server sends no more.
  package func endOfInput(within limit: Duration = .usualDeadline) async throws {
    try await find(within: limit, "end of input") { $0.hasEndOfInput ? () : nil }
  }

  /// Waits until the connection is over.
  package func ending(within limit: Duration = .usualDeadline) async throws -> Ending {
    try await incoming.take(within: limit, else: { "still open; \($0.text)" }) { $0.ending }
  }

  /// Waits until the connection is over, as it should be: with a close frame.
  /// - Returns: its code.
  package func closeCode(within limit: Duration = .usualDeadline) async throws -> Int? {
    guard case .closed(let close) = try await ending(within: limit) else {
      throw ServiceFailure("no close frame; \(incoming.value.text)")
    }
    return close.code
  }

  private func find<Found: Sendable>(
    within limit: Duration, _ name: String,
    _ look: @escaping @Sendable (inout WebSocketIncoming) -> Found?
  ) async throws -> Found {
    try await incoming.take(
      within: limit, else: { "no \(name); \($0.text)" }
    ) { incoming -> Result<Found, ServiceFailure>? in
      if let found = look(&incoming) { return .success(found) }
      return incoming.ending == nil
        ? nil : .failure(ServiceFailure("no \(name); \(incoming.text)"))
    }.get()
  }

  // MARK: What goes

  /// Whatever they are: frames of `FrameWriter`, right or wrong.
  package func send(_ bytes: [UInt8]) {
    connection.send(bytes)
  }

  package func send(_ text: String) {
    connection.send(FrameWriter.text(text))
  }

  package func send(_ message: JSONValue) throws {
    connection.send(FrameWriter.frame(.text, Array(try JSONEncoder().encode(message))))
  }

  /// Begins the closing handshake.
  package func sendClose(_ code: UInt16? = 1000, _ reason: String = "") {
    incoming.update { $0.hasSentClose = true }
    connection.send(FrameWriter.close(code, Array(reason.utf8)))
  }

  // MARK: The client

  /// Becomes a client that cannot keep up: the kernel's buffers fill, then the server's.
  package func stopReading() async {
    await connection.setReading(false)
  }

  package func continueReading() async {
    await connection.setReading(true)
  }

  package func endSending() {
    connection.endSending()
  }

  /// Leaves without a word.
  package func close() {
    connection.close()
  }

  /// Leaves with a RST.
  package func reset() {
    connection.reset()
  }
}
