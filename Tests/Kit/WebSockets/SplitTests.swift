import NIOCore
import ServiceSupport
import TestSupport
import Testing
import WireSupport

@testable import WebSockets

/// However a stream of bytes is cut into pieces, the same comes of it.
@Suite struct SplitTests {
  private func actions(
    _ pieces: [ArraySlice<UInt8>], while isClosing: Bool = false
  ) -> [Endpoint.Action] {
    var endpoint = Endpoint(maximumMessage: Violation.maximumMessage)
    if isClosing { _ = endpoint.close(.normal, "") }
    return pieces.flatMap { endpoint.receive(ByteBuffer(bytes: $0)) }
  }

  private func expectTheSame(_ bytes: [UInt8], _ mutation: inout Mutation) {
    for isClosing in [false, true] {
      let whole = actions([bytes[...]], while: isClosing)
      for size in [1, 2, 5, 20, 100] {
        let parts = actions(mutation.pieces(of: bytes, atMost: size), while: isClosing)
        #expect(parts == whole, "\(bytes)")
      }
    }
  }

  @Test(arguments: Violation.all) func aViolationIsTheSame(violation: Violation) {
    var mutation = Mutation(seed: 1)
    expectTheSame(violation.bytes + [0x81], &mutation)
  }

  @Test(
    arguments: (PingCases.all + ReservedCases.bits + FragmentationCases.all + TextCases.all)
      .map(\.sends) + ClosingCases.all.filter { $0.id != "7.1.6" }.map(\.sends))
  func aCaseOfAutobahnIsTheSame(frames: [ClientFrame]) {
    var mutation = Mutation(seed: 2)
    expectTheSame(frames.flatMap { Array($0.bytes.readableBytesView) }, &mutation)
  }

  @Test func randomConversationsAreTheSame() {
    var generator = SeededGenerator(seed: 3)
    var mutation = Mutation(seed: 3)
    for _ in 0..<100 {
      expectTheSame(Conversation.random(using: &generator).bytes, &mutation)
    }
  }

  /// What was put in comes out: messages in the order in which they end, pongs between.
  @Test func randomConversationsAreUnderstood() {
    var generator = SeededGenerator(seed: 4)
    var mutation = Mutation(seed: 4)
    for _ in 0..<1000 {
      let conversation = Conversation.random(using: &generator)
      let pieces = mutation.pieces(of: conversation.bytes, atMost: 300)
      #expect(actions(pieces) == conversation.expected)
    }
  }

  @Test func anEmptyPieceChangesNothing() {
    var endpoint = Endpoint(maximumMessage: 10)
    #expect(endpoint.receive(ByteBuffer()) == [])
    for byte in ClientFrame(.text, "a").bytes.readableBytesView.dropLast() {
      #expect(endpoint.receive(ByteBuffer(bytes: [byte])) == [])
      #expect(endpoint.receive(ByteBuffer()) == [])
    }
    #expect(endpoint.isOpen)
  }
}
