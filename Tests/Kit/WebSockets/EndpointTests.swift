import NIOCore
import ServiceSupport
import Testing
import Updates
import WireSupport

@testable import WebSockets

@Suite struct EndpointTests {
  private func endpoint(_ maximumMessage: Int = 1000) -> Endpoint {
    Endpoint(maximumMessage: maximumMessage)
  }

  private func bytes(_ frames: ClientFrame...) -> ByteBuffer {
    var bytes = ByteBuffer()
    for frame in frames { bytes.writeImmutableBuffer(frame.bytes) }
    return bytes
  }

  private func text(_ text: String) -> Endpoint.Action {
    .receive(.init(isText: true, bytes: ByteBuffer(string: text)))
  }

  // MARK: Frames of the server

  @Test(
    arguments: [
      (0, [0x00]), (1, [0x01]), (125, [0x7D]), (126, [0x7E, 0x00, 0x7E]),
      (255, [0x7E, 0x00, 0xFF]),
      (65_535, [0x7E, 0xFF, 0xFF]), (65_536, [0x7F, 0, 0, 0, 0, 0, 1, 0, 0]),
    ] as [(Int, [UInt8])])
  func aFrameOfTheServerIsNotMaskedAndSaysItsLengthShortly(count: Int, length: [UInt8]) {
    let payload = ByteBuffer(repeating: 0xA5, count: count)
    for (opcode, first) in [(Opcode.text, 0x81 as UInt8), (.binary, 0x82)] {
      let frame = Endpoint.frame(opcode, payload)
      #expect(frame == ByteBuffer(bytes: [first] + length + Array(payload.readableBytesView)))
    }
  }

  // MARK: Messages

  @Test func aMessageMayBeAsLargeAsSaidInOneFrameOrMany() {
    let (half, all) = (Payload([0x61], count: 500), Payload([0x61], count: 1000))
    let message = Endpoint.Action.receive(.init(isText: false, bytes: all.buffer))
    var endpoint = endpoint()
    // The bound is that of one message, not of all.
    for _ in 0..<3 {
      #expect(endpoint.receive(bytes(ClientFrame(.binary, all))) == [message])
      let parts = bytes(
        ClientFrame(.binary, half, isFinal: false), ClientFrame(.ping, Payload([0x62], count: 125)),
        ClientFrame(.continuation, isFinal: false), ClientFrame(.continuation, half))
      #expect(endpoint.receive(parts).last == message)
    }
  }

  @Test func controlFramesComeBetweenTheFragmentsOfAMessage() {
    var endpoint = endpoint()
    #expect(endpoint.receive(bytes(ClientFrame(.text, "a", isFinal: false))) == [])
    #expect(
      endpoint.receive(bytes(ClientFrame(.ping, "b"))) == [
        .pong(ByteBuffer(bytes: [0x8A, 1, 0x62]))
      ])
    #expect(endpoint.receive(bytes(ClientFrame(.continuation, "c"))) == [text("ac")])
  }

  // MARK: Pings

  @Test func aPingAsksOnceForAPong() {
    var endpoint = endpoint()
    #expect(!endpoint.awaitsPong)
    #expect(endpoint.ping() == [.send(ByteBuffer(bytes: [0x89, 0x00]))])
    #expect(endpoint.awaitsPong)
    #expect(endpoint.receive(bytes(ClientFrame(.text, "a"), ClientFrame(.ping))).count == 2)
    #expect(endpoint.awaitsPong)
    #expect(endpoint.receive(bytes(ClientFrame(.pong))) == [])
    #expect(!endpoint.awaitsPong)
  }

  // MARK: The client closes

  @Test(arguments: [1000, 1001, 1003, 1007, 1010, 1011, 1012, 1013, 1014, 3000, 4999] as [UInt16])
  func aCloseIsAnsweredWithItsCodeAlone(code: UInt16) {
    var endpoint = endpoint()
    let answer = ByteBuffer(bytes: [0x88, 2, UInt8(code >> 8), UInt8(code & 0xFF)])
    let close = bytes(.close(code, "why"), ClientFrame(.text, "late"))
    #expect(endpoint.receive(close) == [.send(answer), .disconnect])
    #expect(!endpoint.isOpen)
    #expect(endpoint.receive(bytes(.close(code))) == [])
    #expect(endpoint.ping() == [])
    #expect(endpoint.close(.normal, "") == [])
  }

  @Test func aCloseThatSaysNothingIsAnsweredWithNothing() {
    var endpoint = endpoint()
    #expect(
      endpoint.receive(bytes(.close(nil))) == [.send(ByteBuffer(bytes: [0x88, 0])), .disconnect])
  }

  // MARK: The server closes

  @Test func aCloseOfTheServerSaysWhyAndAwaitsTheAnswer() {
    var endpoint = endpoint()
    let frame = ByteBuffer(bytes: [0x88, 5, 0x03, 0xF4, 0x62, 0x79, 0x65])
    #expect(endpoint.close(CloseCode(.leaving), "bye") == [.send(frame)])
    #expect(!endpoint.isOpen)
    #expect(endpoint.close(.normal, "again") == [])
    #expect(endpoint.ping() == [])
    #expect(endpoint.receive(bytes(.close(1012))) == [.disconnect])
    #expect(endpoint.receive(bytes(.close(1012))) == [])
  }

  @Test func whatComesBeforeTheAnswerIsDropped() {
    var endpoint = endpoint()
    _ = endpoint.close(.normal, "")
    let late = bytes(
      ClientFrame(.text, "a"), ClientFrame(.ping, "b"), ClientFrame(.binary, "c", isFinal: false),
      ClientFrame(.continuation, "d"), ClientFrame(.pong))
    #expect(endpoint.receive(late) == [])
    #expect(endpoint.receive(bytes(.close(nil))) == [.disconnect])
  }

  @Test(arguments: 0..<26)
  func aMessageThatHasBegunIsDropped(count: Int) {
    var rest = bytes(
      ClientFrame(.text, "\u{E9}abc", isFinal: false), ClientFrame(.continuation, "\u{E9}abcdefg"),
      ClientFrame(.text, "a"))
    var endpoint = endpoint()
    let begun = rest.readSlice(length: count) ?? ByteBuffer()
    #expect(endpoint.receive(begun) == [])
    _ = endpoint.close(.normal, "")
    #expect(endpoint.receive(rest) == [])
    #expect(endpoint.receive(bytes(.close(1000))) == [.disconnect])
  }

  @Test func aFailureEndsTheConnectionAtOnce() {
    let frame = ByteBuffer(bytes: [0x88, 4, 0x03, 0xEB, 0x6E, 0x6F])
    let error = ProtocolError(.unsupportedData, "no")
    var open = endpoint()
    #expect(open.fail(error) == [.send(frame), .disconnect])
    #expect(open.fail(error) == [])
    #expect(open.receive(bytes(ClientFrame(.text, "a"))) == [])
    var closing = endpoint()
    _ = closing.close(.normal, "")
    #expect(closing.fail(error) == [.disconnect])
    #expect(closing.fail(error) == [])
  }

  // MARK: Memory

  @Test func betweenMessagesNothingIsHeld() {
    var endpoint = endpoint(1 << 20)
    _ = endpoint.receive(bytes(ClientFrame(.binary, Payload([0x61], count: 1 << 20))))
    #expect(Held(by: endpoint) == Held(readable: 0, capacity: 0))
  }

  @Test func afterTheEndNothingIsHeld() {
    let unread = bytes(.close(1000), ClientFrame(.binary, Payload([0x61], count: 900)))
    let begun = bytes(ClientFrame(.binary, Payload([0x61], count: 900), isFinal: false))
    var closed = endpoint()
    _ = closed.receive(begun)
    _ = closed.receive(unread)
    #expect(Held(by: closed) == Held(readable: 0, capacity: 0))
    var failed = endpoint()
    _ = failed.receive(begun)
    _ = failed.fail(ProtocolError(.unsupportedData, ""))
    #expect(Held(by: failed) == Held(readable: 0, capacity: 0))
  }

  @Test func whatIsDroppedIsNotHeld() {
    let begun = bytes(ClientFrame(.binary, Payload([0x61], count: 900), isFinal: false))
    var endpoint = endpoint()
    _ = endpoint.receive(begun)
    #expect(Held(by: endpoint).readable == 900)
    _ = endpoint.close(.normal, "")
    #expect(Held(by: endpoint).readable == 0)
  }

  /// Messages that are read one byte at a time, with all that may stand between.
  @Test func noMoreIsHeldThanAMessageAndAControlFrame() {
    let stream = bytes(
      ClientFrame(.text, Payload([0x61], count: 500), isFinal: false),
      ClientFrame(.ping, Payload([0x62], count: 125)),
      ClientFrame(.continuation, Payload([0x61], count: 500), isFinal: false),
      ClientFrame(.ping, Payload([0x62], count: 125)), ClientFrame(.continuation))
    var endpoint = endpoint()
    var most = 0
    for byte in stream.readableBytesView {
      _ = endpoint.receive(ByteBuffer(bytes: [byte]))
      most = max(most, Held(by: endpoint).readable)
    }
    #expect(most == 1000 + 124)
  }
}
