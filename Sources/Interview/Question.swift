import Rules

/// A fact as it is asked for.
package struct Question: Sendable {
  package var fact: Fact
  /// What an empty answer means.
  package var defaultValue: Value

  package var text: String { fact.question ?? fact.meaning }
}
