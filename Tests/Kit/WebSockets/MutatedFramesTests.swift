import TestSupport
import Testing
import WireSupport

/// 100 000 streams of bytes that were right once.
@Suite struct MutatedFramesTests {
  @Test(arguments: 1...4) func eachIsTakenAsThePlainestReadingTakesIt(part: UInt64) {
    var generator = SeededGenerator(seed: part)
    var mutation = Mutation(seed: part)
    var ended = 0
    for _ in 0..<250 {
      let bytes = Conversation.random(messages: 1...2, using: &generator).bytes
      for _ in 0..<100 {
        let mutated = mutation.mutated(bytes)
        let check = EndpointCheck(mutation.pieces(of: mutated, atMost: 600))
        if let problem = check.problem {
          // Others are likely to be of the same kind.
          Issue.record("\(problem): \(mutated)")
          return
        }
        if check.isEnded { ended += 1 }
      }
    }
    // Were all refused, or none, the mutations would be of no use.
    #expect((2500...24_000).contains(ended))
  }
}
