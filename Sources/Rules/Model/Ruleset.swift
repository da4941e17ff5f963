import Diagnostics

/// All rules, loaded and linked: every name is resolved, every table comes after those it tests.
package struct Ruleset: Sendable {
  package var facts: [Fact]
  /// What tables can test of the facts.
  package var space: Space
  package var constants: [Constants]
  package var numbers: [DerivedNumber]
  /// In an order in which each can be evaluated.
  package var tables: [Table]
  /// In an order in which each can be calculated.
  package var costs: [Cost]
  package var cards: [Card]
  package var scenarios: [RulesFile]
}

extension Ruleset {
  package func fact(_ id: String) -> Fact? { facts.first { $0.id == id } }

  package func factIndex(_ id: String) -> Int? { facts.firstIndex { $0.id == id } }

  package func tableIndex(_ name: String) -> Int? { tables.firstIndex { $0.name == name } }

  package func card(_ id: String) -> Card? { cards.first { $0.id == id } }

  /// The tables whose outputs the advice is made of, in order.
  package var choices: [Int] { tables.indices.filter { tables[$0].isChoice } }

  package func tables(_ role: Table.Role) -> [Int] {
    tables.indices.filter { tables[$0].role == role }
  }

  /// For each caution the conditions of its rows, of which any brings it.
  package var cautions: [[Condition]] {
    tables(.cautions).flatMap { table in
      tables[table].outputs.indices.map { output in
        tables[table].rows.filter { $0.output == output }.map(\.condition)
      }
    }
  }
}

/// One file of a folder of rules.
package struct RulesFile: Sendable {
  /// Relative to the folder, with `/`.
  package var path: String
  package var bytes: [UInt8]

  package init(path: String, bytes: [UInt8]) {
    self.path = path
    self.bytes = bytes
  }
}

/// What is to be told about an option or a caution, in Markdown.
package struct Card: Sendable {
  package var id: String
  package var text: String
}
