import Diagnostics

/// A formula as it is written.
package indirect enum Formula: Sendable {
  case figure(Figure)
  /// A fact, a derived number or a cost.
  case name(String, at: Int)
  /// A function (`min`, `max`, `ceil`) or a set of constants applied to a fact or table.
  case call(String, [Formula], at: Int)
  case operation(Operator, Formula, Formula)

  package enum Operator: Character, Sendable {
    case plus = "+"
    case minus = "-"
    case times = "*"
    case over = "/"
  }
}

/// Why a text is no formula; `offset` counts Unicode scalars from its start.
package struct FormulaError: Error, Equatable {
  package var message: String
  package var offset: Int
  /// Whether it only follows from another finding, which is told already.
  package var isConsequence = false
}
