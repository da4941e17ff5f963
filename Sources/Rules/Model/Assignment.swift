import Quantities

/// A value for each fact: what was stated, and defaults for the rest.
package struct Assignment: Sendable {
  /// By the index of the fact; `nil` for a text that was not given.
  package private(set) var values: [Value?]
  /// The facts that were stated, by index.
  package private(set) var stated: Set<Int> = []

  /// Nothing stated, all defaults.
  package init(_ facts: [Fact]) {
    values = facts.map(\.defaultValue)
  }

  package mutating func state(_ fact: Int, as value: Value) {
    values[fact] = value
    stated.insert(fact)
  }
}

extension Ruleset {
  /// The point of the space that an assignment names.
  package func point(of assignment: Assignment) -> Point {
    space.variables.map { variable in
      switch assignment.values[variable.fact] {
      case .number(let quantity)?:
        return quantity.grains
      case .word(let word)?:
        return Int64(variable.words.firstIndex(of: word) ?? 0)
      case .set(let elements)?:
        return variable.element.map(elements.contains) == true ? 1 : 0
      case nil:
        return variable.domain.first ?? 0
      }
    }
  }

  /// The value that a point gives to a fact that tables can test.
  package func value(of fact: Int, at point: Point) -> Value? {
    let variables = space.variablesOfFact[fact]
    switch facts[fact].shape {
    case .number(let kind, _):
      return variables.first.map { .number(Quantity(kind, grains: point[$0])) }
    case .choice, .flag:
      return variables.first.map { .word(space.variables[$0].words[Int(point[$0])]) }
    case .set(let elements):
      return .set(zip(elements, variables).filter { point[$1] == 1 }.map(\.0))
    case .name, .text, .version:
      return nil
    }
  }

  /// The assignment that states what a point says, the rest at its defaults.
  package func assignment(at point: Point) -> Assignment {
    var result = Assignment(facts)
    for fact in facts.indices {
      if let value = value(of: fact, at: point) { result.state(fact, as: value) }
    }
    return result
  }
}
