import Quantities
import Rules

/// Random facts, often at the borders of the tables.
package struct RandomSpecs {
  private let rules: Ruleset
  private var generator: SeededGenerator
  /// For each variable the numbers at which some test changes its mind, and their neighbours.
  private let borders: [[Int64]]

  package init(_ rules: Ruleset, seed: UInt64) {
    self.rules = rules
    generator = SeededGenerator(seed: seed)
    var borders = [Set<Int64>](repeating: [], count: rules.space.variables.count)
    for cell in rules.tables.flatMap(\.rows).flatMap(\.condition.cells) {
      guard case .variable(let variable, .numbers(let set)) = cell.test else { continue }
      for interval in set.intervals {
        for end in [interval.lowerBound, interval.upperBound] {
          borders[variable].formUnion([end - 1, end, end + 1])
        }
      }
    }
    self.borders = borders.map { $0.sorted() }
  }

  package mutating func next() -> Assignment {
    var assignment = Assignment(rules.facts)
    for (index, fact) in rules.facts.enumerated() {
      guard Int.random(in: 0..<4, using: &generator) > 0 else { continue }
      if let value = value(of: fact, index) { assignment.state(index, as: value) }
    }
    return assignment
  }

  private mutating func value(of fact: Fact, _ index: Int) -> Value? {
    switch fact.shape {
    case .number(let kind, let range):
      let variable = rules.space.variablesOfFact[index][0]
      return .number(Quantity(kind, grains: number(in: range, borders[variable])))
    case .choice(let words):
      return words.randomElement(using: &generator).map { .word($0) }
    case .flag:
      return Fact.flagWords.randomElement(using: &generator).map { .word($0) }
    case .set(let elements):
      return .set(elements.filter { _ in Int.random(in: 0..<3, using: &generator) == 0 })
    case .name, .text, .version:
      return nil
    }
  }

  private mutating func number(in range: ClosedRange<Int64>, _ borders: [Int64]) -> Int64 {
    let near = borders.filter(range.contains)
    if !near.isEmpty, Bool.random(using: &generator) {
      return near.randomElement(using: &generator) ?? range.lowerBound
    }
    // Evenly over orders of magnitude, where the thresholds are.
    let bits = Int64.random(in: 0...40, using: &generator)
    let magnitude = Int64.random(in: 0...(1 << bits), using: &generator)
    return min(range.upperBound, range.lowerBound + magnitude)
  }
}
