import Advisor
import Quantities
import Rules
import Specs
import Testing
import TestSupport

/// What must hold for any requirements, tried on random ones.
@Suite struct AdviceTests {
  private let rules = OurRules.ruleset

  private func decide(_ assignment: Assignment) -> (
    transport: String, fanOut: String, engine: String
  ) {
    let evaluation = Evaluation(rules, assignment)
    func output(_ name: String) -> String {
      rules.tableIndex(name).flatMap { evaluation.outputName(of: $0) } ?? ""
    }
    return (output("transport"), output("fan-out"), output("engine"))
  }

  private func has(_ element: String, _ fact: String, _ assignment: Assignment) -> Bool {
    guard let index = rules.factIndex(fact), case .set(let elements)? = assignment.values[index]
    else { return false }
    return elements.contains(element)
  }

  @Test func everyFlipHoldsOnBothSides() throws {
    var specs = RandomSpecs(rules, seed: 8)
    var counted = 0
    for _ in 0..<150 {
      let assignment = specs.next()
      let before = Evaluation(rules, assignment)
      for flip in Flips(before).all() {
        counted += 1
        let fact = try #require(rules.factIndex(flip.fact))
        let after = before.changing(fact, to: flip.value)
        for change in flip.then {
          let table = try #require(rules.tableIndex(change.choice))
          #expect(after.outputName(of: table) == change.id)
          #expect(before.outputName(of: table) != change.id)
        }
        guard case .number(let there) = flip.value,
          case .number(let here)? = assignment.values[fact]
        else { continue }
        // One grain nearer nothing has changed yet.
        let near = there.grains + (there.grains > here.grains ? -1 : 1)
        let kept = before.changing(fact, to: .number(Quantity(here.kind, grains: near)))
        for choice in rules.choices {
          #expect(kept.outputName(of: choice) == before.outputName(of: choice), "\(flip)")
        }
      }
    }
    #expect(counted > 500)
  }

  @Test func noFlipIsLeftOut() throws {
    var specs = RandomSpecs(rules, seed: 9)
    var others = RandomSpecs(rules, seed: 10)
    for _ in 0..<150 {
      let assignment = specs.next()
      let before = Evaluation(rules, assignment)
      let flips = Flips(before).all()
      let other = others.next()
      for fact in rules.facts.indices {
        guard case .number(let here)? = assignment.values[fact],
          case .number(let there)? = other.values[fact]
        else { continue }
        let after = before.changing(fact, to: .number(there))
        guard
          rules.choices.contains(where: { before.outputName(of: $0) != after.outputName(of: $0) })
        else { continue }
        // A change between here and there needs a flip on that side, no farther than there.
        let near = flips.compactMap { flip -> Int64? in
          guard flip.fact == rules.facts[fact].id, case .number(let value) = flip.value else {
            return nil
          }
          return value.grains
        }
        #expect(
          near.contains {
            here.grains < there.grains
              ? (here.grains...there.grains).contains($0)
              : (there.grains...here.grains).contains($0)
          })
      }
    }
  }

  @Test func aNetworkNeverGetsWhatItCannotCarry() {
    var specs = RandomSpecs(rules, seed: 11)
    for _ in 0..<1000 {
      let assignment = specs.next()
      let evaluation = Evaluation(rules, assignment)
      let fallbacks = rules.tables(.fallbacks).flatMap { table in
        evaluation.hits[table].map {
          rules.tables[table].outputs[rules.tables[table].rows[$0].output]
        }
      }
      let carried = [decide(assignment).transport] + fallbacks
      if has("no-upgrade", "clients.network", assignment) {
        #expect(!carried.contains("websocket"))
      }
      if has("no-streaming", "clients.network", assignment) { #expect(!carried.contains("sse")) }
      if carried[0] != "polling" { #expect(carried.last == "polling") }
      #expect(Set(carried).count == carried.count)
    }
  }

  @Test func looserFreshnessNeverLeavesPolling() throws {
    var specs = RandomSpecs(rules, seed: 12)
    var generator = SeededGenerator(seed: 13)
    let freshness = try #require(rules.factIndex("updates.freshness"))
    var counted = 0
    for _ in 0..<1000 {
      let assignment = specs.next()
      guard decide(assignment).transport == "polling",
        case .number(let now)? = assignment.values[freshness]
      else { continue }
      counted += 1
      var looser = assignment
      let grains = Int64.random(in: now.grains...86_400_000, using: &generator)
      looser.state(freshness, as: .number(Quantity(.duration, grains: grains)))
      #expect(decide(looser).transport == "polling")
    }
    #expect(counted > 50)
  }

  @Test func theEngineFitsTheFanOutAndWhatTheTeamRunsComesFirst() {
    let fitting = [
      "database-polling": ["sqlite", "postgresql"], "consistent-hashing": ["static", "zookeeper"],
      "pub-sub": ["in-process", "redis", "kafka"],
    ]
    var specs = RandomSpecs(rules, seed: 14)
    for _ in 0..<1000 {
      let assignment = specs.next()
      let decision = decide(assignment)
      let engines = fitting[decision.fanOut] ?? []
      #expect(engines.contains(decision.engine))
      let running = engines.filter { has($0, "servers.engines", assignment) }
      if !running.isEmpty { #expect(running.contains(decision.engine)) }
      if decision.transport == "webrtc" { #expect(decision.fanOut == "pub-sub") }
    }
  }

  @Test func everyAdviceIsWhole() throws {
    var specs = RandomSpecs(rules, seed: 15)
    for _ in 0..<100 {
      let advice = try Advisor(rules).advise(specs.next())
      #expect(advice.choices.map(\.name) == ["transport", "fan-out", "engine"])
      for choice in advice.choices { #expect(!choice.because.isEmpty) }
      let told = Set(advice.rejected.map(\.id) + advice.choices.map(\.id))
      #expect(
        told.isSuperset(of: [
          "polling", "long-polling", "sse", "websocket", "webrtc", "database-polling",
          "consistent-hashing", "pub-sub",
        ]))
      let sentences =
        advice.choices.flatMap { $0.because.map(\.text) } + advice.rejected.map(\.text)
        + advice.cautions.map(\.text)
      for sentence in sentences {
        #expect(!sentence.isEmpty && !sentence.contains("{") && !sentence.contains("  "))
        #expect(
          !sentence.contains("earlier row") && !sentence.contains("It would need"), "\(sentence)")
      }
      for cost in advice.costs {
        #expect(cost.value.isFinite && cost.value >= 0, "\(cost.cost.id)")
      }
    }
  }

  @Test func defaultsThatMatterAreThoseThatChangeSomething() throws {
    let advice = try Advisor(rules).advise(try OurRules.assignment("updates: {freshness: 1s}"))
    let facts = advice.defaults.map(\.fact)
    #expect(facts.contains("messages.rate"), "ten a minute would make it a websocket")
    #expect(facts.contains("updates.size"), "it decides the egress")
    #expect(!facts.contains("peers.group"), "there are no peers")
    #expect(!facts.contains("updates.freshness"), "it was stated")
  }

  @Test func everyIdOfAnAdviceHasACard() {
    let ids =
      rules.choices.flatMap { rules.tables[$0].outputs }
      + rules.tables(.cautions).flatMap { rules.tables[$0].outputs }
    for id in ids { #expect(rules.card(id) != nil, "\(id)") }
    #expect(Set(rules.cards.map(\.id)) == Set(ids))
  }
}
