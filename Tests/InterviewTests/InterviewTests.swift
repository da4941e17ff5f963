import Advisor
import Interview
import Rules
import Specs
import Testing
import TestSupport

@Suite struct InterviewTests {
  private let rules = OurRules.ruleset

  private func start(_ spec: String = "{}") throws -> Interview {
    Interview(rules, knowing: try OurRules.assignment(spec))
  }

  /// Answers with what `wanted` says until nothing is asked any more.
  private func run(_ interview: inout Interview, as wanted: Assignment) throws -> [String] {
    var asked: [String] = []
    while let question = interview.question {
      asked.append(question.fact.id)
      let index = try #require(rules.factIndex(question.fact.id))
      try interview.answer(wanted.values[index]?.description ?? "")
      #expect(asked.count < 40)
    }
    return asked
  }

  @Test func whatWasNotAskedChangesNothing() throws {
    var specs = RandomSpecs(rules, seed: 16)
    var saved = 0
    for _ in 0..<6 {
      let wanted = specs.next()
      var interview = try start()
      let asked = try run(&interview, as: wanted)
      saved += 18 - asked.count
      let (short, long) = (
        try Advisor(rules).advise(interview.assignment), try Advisor(rules).advise(wanted)
      )
      #expect(short.choices.map(\.id) == long.choices.map(\.id))
      #expect(short.cautions.map(\.id) == long.cautions.map(\.id))
    }
    #expect(saved > 0)
  }

  @Test func asksWhatCanStillMatterAndNoMore() throws {
    let open = try start("updates: {freshness: 1h, audience: everyone}").openQuestions.map(
      \.fact.id)
    #expect(!open.contains("updates.topics"), "topics count with the audience topic alone")
    #expect(open.contains("peers.media"))
    let peerless = try start("peers: {media: none, data: false}").openQuestions.map(\.fact.id)
    #expect(!peerless.contains("peers.group"))
  }

  @Test func anEmptyLineTakesTheDefaultAndAKeyAnswersAnotherQuestion() throws {
    var interview = try start()
    #expect(interview.question?.fact.id == "name")
    try interview.answer("updates.freshness = 200ms")
    #expect(interview.question?.fact.id == "name", "it is still to be answered")
    try interview.answer("")
    let name = try #require(rules.factIndex("name"))
    #expect(interview.assignment.values[name] == .word("my-system"))
    #expect(interview.question?.fact.id == "clients.connected")
    #expect(!interview.openQuestions.map(\.fact.id).contains("updates.freshness"))
  }

  @Test func aWrongAnswerKeepsTheQuestion() throws {
    var interview = try start("{name: a}")
    #expect(throws: (any Error).self) { try interview.answer("many") }
    #expect(throws: (any Error).self) { try interview.answer("clients.conected=5") }
    #expect(interview.question?.fact.id == "clients.connected")
    #expect(interview.assignment.stated.count == 1)
  }

  @Test func aCompleteSpecLeavesNothingToAsk() throws {
    var assignment = Assignment(rules.facts)
    for (index, fact) in rules.facts.enumerated() {
      if let value = fact.defaultValue { assignment.state(index, as: value) }
    }
    #expect(Interview(rules, knowing: assignment).question == nil)
  }

  @Test func aSavedInterviewReadsBackToTheSameAdvice() throws {
    var specs = RandomSpecs(rules, seed: 17)
    for _ in 0..<3 {
      var interview = try start()
      _ = try run(&interview, as: specs.next())
      let text = SpecWriter(rules).text(interview.assignment)
      let read = try SpecReader(rules).read(Array(text.utf8), file: "saved.yaml").assignment
      let (before, after) = (
        try Advisor(rules).advise(interview.assignment), try Advisor(rules).advise(read)
      )
      #expect(before.choices.map(\.id) == after.choices.map(\.id))
      #expect(before.cautions == after.cautions)
      #expect(before.flips == after.flips)
      #expect(before.defaults == after.defaults)
    }
  }
}
