import Testing

@testable import WebServer

@Suite struct RequestPhaseTests {
  /// The phases after each step.
  private func phases(
    _ steps: (inout RequestPhase) -> Void...
  ) -> [RequestPhase.Current] {
    var phase = RequestPhase()
    return steps.map { step in
      step(&phase)
      return phase.current
    }
  }

  @Test func aConnectionBeginsWithAHeadThatIsDue() {
    let phase = RequestPhase()
    #expect(phase.current == .head)
    #expect(phase.seconds == 10)
    #expect(phase.responses == 0)
    #expect(!phase.isInRequest)
  }

  @Test func requestsComeOneAfterTheOther() {
    let phases = phases(
      { $0.beginsBody() }, { $0.endsRequest() }, { $0.endsResponse() },
      { _ = $0.beginsHead() }, { $0.beginsBody() }, { $0.endsRequest() }, { $0.endsResponse() })
    #expect(phases == [.body, .response, .idle, .head, .body, .response, .idle])
  }

  @Test func onlyTheFirstBytesAfterAPauseBeginAHead() {
    var phase = RequestPhase()
    func begins(_ phase: inout RequestPhase) -> Bool { phase.beginsHead() }
    var begun = [begins(&phase)]
    phase.beginsBody()
    begun.append(begins(&phase))
    phase.endsRequest()
    phase.endsResponse()
    begun.append(begins(&phase))
    begun.append(begins(&phase))
    #expect(begun == [false, false, true, false])
    #expect(phase.current == .head)
  }

  @Test func whatComesBeforeTheResponseIsTheBeginningOfAHead() {
    let phases = phases(
      { $0.beginsBody() }, { $0.endsRequest() }, { _ = $0.beginsHead() }, { $0.endsResponse() },
      { $0.beginsBody() }, { $0.endsRequest() }, { $0.endsResponse() })
    #expect(phases == [.body, .response, .response, .head, .body, .response, .idle])
  }

  @Test func aBodyHas30SecondsAndAnAnswerOrAPause60() {
    var phase = RequestPhase()
    phase.beginsBody()
    var seconds = [phase.seconds]
    phase.endsRequest()
    seconds.append(phase.seconds)
    phase.endsResponse()
    seconds.append(phase.seconds)
    _ = phase.beginsHead()
    seconds.append(phase.seconds)
    #expect(seconds == [30, 60, 60, 10])
  }

  @Test func anAnswerBeforeTheEndOfTheBodyLeavesTheBodyDue() {
    let phases = phases(
      { $0.beginsBody() }, { $0.endsResponse() }, { $0.endsRequest() })
    #expect(phases == [.body, .body, .idle])
  }

  @Test func aSecondRequestMayComeBeforeTheFirstAnswer() {
    let phases = phases(
      { $0.beginsBody() }, { $0.endsRequest() }, { $0.beginsBody() }, { $0.endsResponse() },
      { $0.endsRequest() }, { $0.endsResponse() })
    #expect(phases == [.body, .response, .body, .body, .response, .idle])
  }

  @Test func allAnswersAreDueBeforeThePause() {
    var phase = RequestPhase()
    for _ in 0..<3 {
      phase.beginsBody()
      phase.endsRequest()
    }
    var responses: [Int] = []
    var phases: [RequestPhase.Current] = []
    for _ in 0..<4 {
      phase.endsResponse()
      responses.append(phase.responses)
      phases.append(phase.current)
    }
    #expect(responses == [2, 1, 0, 0])
    #expect(phases == [.response, .response, .idle, .idle])
  }
}
