import Rules

/// The answer to a spec, with its reasons.
package struct Advice: Sendable {
  /// One decision: a transport, a fan-out, an engine, or what else the rules choose.
  package struct Choice: Sendable {
    /// The name of the table, as in JSON.
    package var name: String
    package var title: String
    /// The question that it answers, if it opens a part of the report.
    package var question: String?
    package var id: String
    package var because: [Reason]
  }

  /// A row that was hit.
  package struct Reason: Sendable {
    /// `choose-transport.yaml:31`
    package var rule: String
    package var text: String
    /// The base facts that decided.
    package var facts: [String]
  }

  /// An option or a caution, and a sentence about it.
  package struct Note: Sendable, Equatable {
    package var id: String
    package var text: String
  }

  /// The nearest other value of one fact, the rest kept, at which a choice changes.
  package struct Flip: Sendable, Equatable {
    package var fact: String
    /// A bound, `>= 2s`, or a value that a spec can hold.
    package var to: String
    /// The nearest value itself.
    package var value: Value
    package var then: [Change]

    package struct Change: Sendable, Equatable {
      package var choice: String
      package var id: String
    }
  }

  package struct CostFigure: Sendable {
    package var cost: Cost
    /// In the cost's unit.
    package var value: Double
  }

  /// A fact that was not stated, though another value of it would have changed something.
  package struct UsedDefault: Sendable, Equatable {
    package enum Effect: String, Sendable {
      case choices
      case cautions
      case costs
    }

    package var fact: String
    package var value: Value
    package var effects: [Effect]
  }

  package var name: String
  package var summary: String?
  package var choices: [Choice]
  package var fallbacks: [Note]
  package var rejected: [Note]
  package var flips: [Flip]
  package var cautions: [Note]
  package var costs: [CostFigure]
  package var defaults: [UsedDefault]
}
