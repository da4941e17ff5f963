import Quantities

/// The figures of `costs.yaml` for one design.
package struct CostFigures: Sendable, Equatable {
  /// By the id of the cost, in SI units.
  package private(set) var values: [String: Double] = [:]

  package init(_ evaluation: Evaluation) {
    for cost in evaluation.rules.costs {
      values[cost.id] = value(cost.formula, evaluation)
    }
  }

  private func value(_ formula: Formula, _ evaluation: Evaluation) -> Double {
    switch formula {
    case .figure(let figure):
      return figure.value
    case .name(let name, _):
      return named(name, evaluation)
    case .operation(let operation, let left, let right):
      let (left, right) = (value(left, evaluation), value(right, evaluation))
      switch operation {
      case .plus: return left + right
      case .minus: return left - right
      case .times:
        return left * right
      case .over: return left / right
      }
    case .call(let function, let arguments, _):
      if let constants = evaluation.rules.constants.first(where: { $0.name == function }) {
        return picked(from: constants, by: arguments, evaluation)
      }
      let values = arguments.map { value($0, evaluation) }
      switch function {
      case "min": return values.min() ?? 0
      case "max": return values.max() ?? 0
      default: return values.first?.rounded(.up) ?? 0
      }
    }
  }

  private func named(_ name: String, _ evaluation: Evaluation) -> Double {
    let rules = evaluation.rules
    if let known = values[name] { return known }
    if let fact = rules.factIndex(name) {
      if case .number(let quantity)? = evaluation.assignment.values[fact] { return quantity.value }
      return 0
    }
    if let number = rules.numbers.first(where: { $0.name == name }) {
      return number.monomial.value(at: evaluation.point).double / number.kind.grainsPerUnit
    }
    return 0
  }

  private func picked(
    from constants: Constants, by arguments: [Formula], _ evaluation: Evaluation
  ) -> Double {
    guard case .name(let subject, _)? = arguments.first else { return 0 }
    let rules = evaluation.rules
    if let table = rules.tableIndex(subject) {
      return evaluation.outputName(of: table).flatMap { constants.values[$0]?.value } ?? 0
    }
    guard let fact = rules.factIndex(subject),
      case .word(let word)? = evaluation.assignment.values[fact]
    else { return 0 }
    return constants.values[word]?.value ?? 0
  }
}

extension Figure {
  /// In SI units.
  package var value: Double { grains.double / kind.grainsPerUnit }
}
