import Diagnostics
import Quantities

/// One key that a spec can have, with all that is known about it.
package struct Fact: Sendable {
  package enum Shape: Sendable, Equatable {
    case number(Kind, range: ClosedRange<Int64>)
    /// One of these values.
    case choice([String])
    /// `true` or `false`.
    case flag
    /// Any of these elements, each once.
    case set([String])
    /// A short name: ASCII letters, digits, hyphens.
    case name
    /// Free text.
    case text
    /// The version of the vocabulary.
    case version
  }

  package var id: String
  package var shape: Shape
  package var meaning: String
  package var question: String?
  package var yardstick: String?
  package var example: String?
  package var isRequired: Bool
  /// `nil` where there is none: what is required, and free text.
  package var defaultValue: Value?
  /// What each value of a choice or a set means.
  package var valueMeanings: [String: String]
  /// The fact has an effect if any of these holds; always if there are none.
  package var appliesWhen: [Condition]
  package var location: Location
}

extension Fact {
  /// `clients` of `clients.connected`; `nil` for a key at the top of a spec.
  package var section: String? {
    id.firstIndex(of: ".").map { String(id[..<$0]) }
  }

  /// `connected` of `clients.connected`.
  package var key: String {
    id.firstIndex(of: ".").map { String(id[id.index(after: $0)...]) } ?? id
  }

  /// The words that the fact's value can be, if it is made of words.
  package var words: [String] {
    switch shape {
    case .choice(let values), .set(let values): values
    case .flag: Self.flagWords
    case .number, .name, .text, .version: []
    }
  }

  package static let flagWords = ["false", "true"]
}

/// The value of a fact.
package enum Value: Hashable, Sendable {
  case number(Quantity)
  /// A choice, a flag, a name, a text or a version.
  case word(String)
  /// In the order of the fact's declaration.
  case set([String])
}

extension Value: CustomStringConvertible {
  /// As a spec writes it.
  package var description: String {
    switch self {
    case .number(let quantity): quantity.description
    case .word(let word): word
    case .set(let elements): "[" + elements.joined(separator: ", ") + "]"
    }
  }
}
