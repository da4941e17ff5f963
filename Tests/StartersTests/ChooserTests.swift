import Advisor
import Starters
import Testing
import TestSupport

@Suite struct ChooserTests {
  private static let small = """
    tidings: 1
    name: small
    clients: { connected: 500 }
    updates: { freshness: 1s, rate: 20/s, audience: topic }

    """

  @Test func theAdviceIsTakenAsItIs() throws {
    let design = try Starting.choose(Self.small).design
    #expect(design.transport.id == "sse")
    #expect(design.engine.id == "in-process")
    #expect(design.fallbacks.map(\.id) == ["polling"])
  }

  @Test func anEngineImpliesItsFanOut() throws {
    let result = try Starting.choose(Self.small, .init(engine: "sqlite"))
    #expect(result.design.engine.fanOut == "database-polling")
    #expect(result.chosen.choices.map(\.id) == ["sse", "database-polling", "sqlite"])
    #expect(result.advised.choices.map(\.id) == ["sse", "pub-sub", "in-process"])
  }

  @Test func aFanOutBringsTheEngineThatIsAdvisedForIt() throws {
    let result = try Starting.choose(Self.small, .init(fanOut: "database-polling"))
    #expect(result.design.engine.id == "sqlite")
  }

  @Test func anEngineThatDoesNotFitIsRefusedWithWhatFits() throws {
    #expect(
      throws: Chooser.Refusal.misfit(
        "the engine sqlite does not fit the fan-out pub-sub",
        help: """
          sqlite fits --fan-out database-polling; for pub-sub: --engine in-process, --engine redis
          """)
    ) {
      try Starting.choose(Self.small, .init(fanOut: "pub-sub", engine: "sqlite"))
    }
  }

  @Test func aSlipOfTheFingerIsRecognised() throws {
    #expect(
      throws: Chooser.Refusal.misfit(
        "there is no transport ssee",
        help: "did you mean sse? one of polling, long-polling, sse, websocket, webrtc")
    ) {
      try Starting.choose(Self.small, .init(transport: "ssee"))
    }
  }

  @Test func aTransportThatIsNotBuiltIsRefusedByName() throws {
    #expect(
      throws: Chooser.Refusal.notBuilt(
        "the transport webrtc cannot be generated yet",
        help: """
          what can be had instead: --transport websocket, or --transport sse, \
          or --transport long-polling, or --transport polling
          """)
    ) {
      try Starting.choose(Self.small, .init(transport: "webrtc"))
    }
  }

  @Test(arguments: ["kafka", "postgresql", "static", "zookeeper"])
  func anEngineThatIsNotBuiltIsRefusedByName(_ id: String) throws {
    let refusal = #expect(throws: Chooser.Refusal.self) {
      try Starting.choose(Self.small, .init(engine: id))
    }
    guard case .notBuilt(let text, _)? = refusal else {
      Issue.record("\(String(describing: refusal))")
      return
    }
    #expect(text == "the engine \(id) cannot be generated yet")
  }

  @Test func whatTakesItsPlaceIsNamedAndWhetherItNeedsAService() throws {
    #expect(
      throws: Chooser.Refusal.notBuilt(
        "the advised engine kafka cannot be generated yet",
        help: """
          what can be had instead: --engine in-process (pub-sub, no service to start), \
          --engine redis (pub-sub)
          """)
    ) {
      try Starting.choose(Self.small + "servers: { engines: [kafka] }\n")
    }
  }

  @Test func aTransportThatANetworkRefusesNeedsForce() throws {
    let spec = Self.small.replacing(
      "connected: 500", with: "connected: 500, network: [no-streaming]")
    let refusal = #expect(throws: Chooser.Refusal.self) {
      try Starting.choose(spec, .init(transport: "sse"))
    }
    guard case .misfit(let text, let help)? = refusal else {
      Issue.record("\(String(describing: refusal))")
      return
    }
    #expect(text.hasPrefix("sse does not pass the networks of these clients: "))
    #expect(help == "--transport long-polling is advised; --force takes sse all the same")
    let forced = try Starting.choose(spec, .init(transport: "sse", isForced: true))
    #expect(forced.design.transport.id == "sse")
    let polling = try Starting.choose(spec, .init(transport: "polling"))
    #expect(polling.design.transport.id == "polling")
  }

  @Test(arguments: [
    ("sse", "open", ["polling"]), ("sse", "mobile", ["long-polling", "polling"]),
    ("websocket", "open", ["polling"]), ("websocket", "mobile", ["long-polling", "polling"]),
    ("websocket", "corporate-proxy", ["sse", "long-polling", "polling"]),
    ("long-polling", "mobile", ["polling"]), ("polling", "corporate-proxy", []),
  ])
  func fallbacksAreThoseOfTheAdvice(
    _ transport: String, _ network: String, _ fallbacks: [String]
  ) throws {
    let spec = Self.small.replacing("connected: 500", with: "network: [\(network)]")
    let result = try Starting.choose(spec, .init(transport: transport))
    #expect(result.design.fallbacks.map(\.id) == fallbacks)
    #expect(result.leftOut.isEmpty)
  }

  @Test func aFallbackThatIsNotBuiltIsLeftOutAndNamed() throws {
    var pieces = try Starting.planner().pieces
    pieces.transports.removeAll { $0.id == "long-polling" }
    let spec = Self.small.replacing("connected: 500", with: "network: [mobile]")
    let result = try Starting.choose(spec, pieces: pieces)
    #expect(result.design.fallbacks.map(\.id) == ["polling"])
    #expect(result.leftOut == ["long-polling"])
    let decision = DecisionRecord(
      result.design, advised: result.advised, chosen: result.chosen, leftOut: result.leftOut,
      OurRules.ruleset)
    #expect(decision.text.contains("cannot be generated yet: `long-polling`"))
  }

  @Test func whatWasChosenByHandStandsInTheRecordWithItsPrice() throws {
    let text = try Starting.plan(Self.small, .init(engine: "sqlite")).text("DECISION.md")
    #expect(text.contains("`database-polling` was chosen by hand; the advice is `pub-sub`"))
    #expect(text.contains("`sqlite` was chosen by hand; the advice is `in-process`"))
  }
}
