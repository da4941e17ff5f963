import Rules
import RulesCheck
import Testing
import TestSupport

/// Every small mistake in our rules is caught by `rules check`, or is proved to change nothing and
/// stands below with the reason.
@Suite struct MutationTests {
  private static let rules = OurRules.ruleset

  private static let scenarios = rules.scenarios.compactMap { file in
    (try? ScenarioReader(rules).read(file)).map { scenario in
      (scenario: scenario, hits: Evaluation(rules, scenario.assignment).hits)
    }
  }

  @Test(arguments: rules.tables.indices)
  func everyMistakeIsCaught(table: Int) throws {
    #expect(Self.scenarios.count == Self.rules.scenarios.count)
    for mutant in Mutant.all(of: Self.rules, in: table) where !Self.isCaught(mutant) {
      let key = "\(mutant.change.rawValue) \(Self.rules.tables[table].name)"
      #expect(Self.reasons[key] != nil, "not caught: \(mutant.name)")
      #expect(try Equivalence(Self.rules, mutant.rules, table: table).holds(), "\(mutant.name)")
    }
  }

  private static func isCaught(_ mutant: Mutant) -> Bool {
    // Those that hit the changed row first: nearly always one of them tells.
    let likely = scenarios.filter { $0.hits[mutant.table].contains(mutant.row) }
    let others = scenarios.filter { !$0.hits[mutant.table].contains(mutant.row) }
    let isTold = (likely + others).contains { scenario, _ in
      !scenario.failures(Evaluation(mutant.rules, scenario.assignment)).isEmpty
    }
    return isTold || !RulesChecker(mutant.rules).proofs(of: mutant.table).isEmpty
  }

  /// Changes that are none, by kind and table; for each mutant it is proved besides.
  private static let reasons = [
    "swap transport": "Rows of a unique table are disjoint, their order says nothing.",
    "swap engine": "Rows of a unique table are disjoint, their order says nothing.",
    "swap topic-outgrows-node": "One audience a row, so that never two of them hold.",
    "swap fallbacks": "One transport a row, so that never two of them hold.",
    "swap holds-connection": "One transport a row, so that never two of them hold.",
    "swap fan-out": "The neighbours want different transports, so that never both hold.",
    "swap cautions": "The neighbours never hold together, so that neither order nor text changes.",
    "swap rejected-engines": "Rejections are told in the order of the options, not of the rows.",
    "swap rejected-fan-outs": "Rejections are told in the order of the options, not of the rows.",
    "bound cautions": "The row before it is told wherever the wider one would be.",
    "bound rejected-engines": "The row before it takes the value that the wider one would add.",
    "bound rejected-fan-outs": "The row before it takes the value that the wider one would add.",
  ]
}

/// Whether a table says the same everywhere in two sets of rules that differ in it alone.
private struct Equivalence {
  let original: Ruleset
  let mutant: Ruleset
  let table: Int

  init(_ original: Ruleset, _ mutant: Ruleset, table: Int) {
    self.original = original
    self.mutant = mutant
    self.table = table
  }

  func holds() throws -> Bool {
    if original.tables[table].hit != .collect { return try isSame { _ in true } }
    let outputs = original.tables[table].outputs.indices
    return try outputs.allSatisfy { output in try isSame { $0.output == output } } && keepsOrder()
  }

  /// The first of the rows with `filter` gives the same output for the same reason everywhere.
  private func isSame(_ filter: (Row) -> Bool) throws -> Bool {
    let before = original.tables[table].rows.filter(filter)
    let after = mutant.tables[table].rows.filter(filter)
    for (part, outcome) in try Exploration(original)
      .parts(of: original.space.whole, byFirst: before.map(\.condition))
    {
      let others = try Exploration(mutant).parts(of: part.region, byFirst: after.map(\.condition))
      for (_, other) in others where said(outcome, before) != said(other, after) { return false }
    }
    return true
  }

  private func said(_ outcome: Exploration.Outcome, _ rows: [Row]) -> [Template.Piece]? {
    guard case .row(let row) = outcome else { return nil }
    return [.table(rows[row].output)] + rows[row].because.pieces
  }

  /// Cautions and fallbacks are told in the order of their rows: two that changed places never hold
  /// together. Rejections have an order of their own.
  private func keepsOrder() throws -> Bool {
    let (before, after) = (original.tables[table], mutant.tables[table])
    if before.role == .rejections { return true }
    let moved = before.rows.indices.filter {
      before.rows[$0].location != after.rows[$0].location
    }
    guard moved.count == 2 else { return moved.isEmpty }
    let outputs = moved.map { before.rows[$0].output }
    if outputs[0] == outputs[1] { return true }
    let both = Condition(moved.flatMap { before.rows[$0].condition.cells })
    // Where an earlier row tells the caution, it is that one's place that counts.
    let earlier = before.rows[..<moved[0]].filter { outputs.contains($0.output) }
    let exploration = Exploration(original)
    return try exploration.parts(of: original.space.whole, by: both).holds.allSatisfy { part in
      try exploration.parts(of: part.region, byFirst: earlier.map(\.condition))
        .allSatisfy { $0.outcome != .gap }
    }
  }
}
