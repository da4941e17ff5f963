import NIOCore
import ServiceSupport
import Testing

@testable import WebSockets

/// What a client may not do, and what comes of it.
@Suite struct ViolationTests {
  private let text = ByteBuffer(bytes: FrameWriter.text("more"))

  private func endpoint() -> Endpoint {
    Endpoint(maximumMessage: Violation.maximumMessage)
  }

  /// The close frame with which the actions end the connection.
  private func lastWords(_ actions: [Endpoint.Action]) throws -> WebSocketFrame {
    try #require(actions.count >= 2)
    #expect(actions.last == .disconnect)
    guard case .send(let bytes) = actions[actions.count - 2] else {
      return try #require(nil, "no frame was sent last")
    }
    var parser = FrameParser()
    let frames = try parser.feed(bytes.readableBytesView)
    try parser.finish()
    #expect(frames.count == 1)
    return try #require(frames.first)
  }

  @Test(arguments: Violation.all)
  func theConnectionEndsWithTheByteThatShowsIt(violation: Violation) throws {
    var endpoint = endpoint()
    let before = endpoint.receive(ByteBuffer(bytes: violation.bytes.dropLast()))
    #expect(endpoint.isOpen)
    #expect(!before.contains(.disconnect))
    let last = try lastWords(endpoint.receive(ByteBuffer(bytes: violation.bytes.suffix(1))))
    #expect(last.opcode == .close)
    #expect(last.closeCode == violation.code)
    // Why, in words.
    #expect(String(validating: last.payload.dropFirst(2), as: UTF8.self)?.isEmpty == false)
  }

  @Test(arguments: Violation.all)
  func nothingComesAfterIt(violation: Violation) throws {
    var endpoint = endpoint()
    var bytes = ByteBuffer(bytes: violation.bytes)
    bytes.writeImmutableBuffer(text)
    let actions = endpoint.receive(bytes)
    #expect(try lastWords(actions).closeCode == violation.code)
    #expect(actions.count { $0 == .disconnect } == 1)
    #expect(!endpoint.isOpen)
    #expect(endpoint.receive(text).isEmpty)
    #expect(endpoint.ping().isEmpty)
    #expect(endpoint.close(.normal, "").isEmpty)
    #expect(endpoint.fail(ProtocolError(.protocolError, "")).isEmpty)
  }

  @Test(arguments: Violation.all)
  func messagesBeforeItAreTaken(violation: Violation) throws {
    var endpoint = endpoint()
    var bytes = text
    bytes.writeBytes(violation.bytes)
    let actions = endpoint.receive(bytes)
    #expect(actions.first == .receive(.init(isText: true, bytes: ByteBuffer(string: "more"))))
    #expect(try lastWords(actions).closeCode == violation.code)
  }

  /// No second close frame is sent.
  @Test(arguments: Violation.all.filter { !$0.isContinuation })
  func whoDoesItWhileTheServerClosesIsCutOff(violation: Violation) {
    var endpoint = endpoint()
    _ = endpoint.close(.normal, "")
    #expect(endpoint.receive(ByteBuffer(bytes: violation.bytes)) == [.disconnect])
    #expect(endpoint.receive(text).isEmpty)
  }

  @Test func theyAreMany() {
    #expect(Set(Violation.all.map(\.testDescription)).count == Violation.all.count)
    #expect(Violation.all.count >= 100)
  }
}
