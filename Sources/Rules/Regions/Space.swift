import Quantities

/// What tables can test of the facts: a variable for each number, choice and flag, and one for each
/// element of a set.
package struct Space: Sendable {
  package private(set) var variables: [Variable] = []
  /// The variables of each fact, by the fact's index; none for names and texts.
  package private(set) var variablesOfFact: [[Int]] = []

  package init(_ facts: [Fact]) {
    for (index, fact) in facts.enumerated() {
      let new = Variable.of(fact, index: index)
      variablesOfFact.append(Array(variables.count..<(variables.count + new.count)))
      variables += new
    }
  }

  package func variable(named name: String) -> Int? {
    variables.firstIndex { $0.name == name }
  }

  /// Everything that is possible.
  package var whole: Region { Region(box: variables.map(\.domain)) }
}

/// An axis of the space.
package struct Variable: Sendable {
  /// As tables write it: `updates.freshness`, `clients.network has mobile`.
  package var name: String
  /// The index of the fact that it belongs to.
  package var fact: Int
  package var domain: Subset
  /// The names of enumerated values, in the order of their bits.
  package var words: [String]
  /// The kind of a number.
  package var kind: Kind?
  /// The element of a set that it stands for.
  package var element: String?

  /// The two values of an element of a set, in the order of their bits.
  package static let absentPresent = ["no", "yes"]

  static func of(_ fact: Fact, index: Int) -> [Variable] {
    switch fact.shape {
    case .number(let kind, let range):
      return [
        Variable(
          name: fact.id, fact: index, domain: .numbers(IntervalSet(range)), words: [], kind: kind)
      ]
    case .choice, .flag:
      return [
        Variable(
          name: fact.id, fact: index, domain: .values(mask(fact.words.count)), words: fact.words,
          kind: nil)
      ]
    case .set(let elements):
      return elements.map {
        Variable(
          name: "\(fact.id) has \($0)", fact: index, domain: .values(0b11), words: absentPresent,
          kind: nil, element: $0)
      }
    case .name, .text, .version:
      return []
    }
  }

  /// The lowest `count` bits.
  package static func mask(_ count: Int) -> UInt64 {
    count >= 64 ? UInt64.max : (1 << UInt64(count)) - 1
  }
}

/// A value for each variable of a space: grains of a number, the index of an enumerated value.
package typealias Point = [Int64]
