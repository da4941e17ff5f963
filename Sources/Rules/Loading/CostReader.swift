import Diagnostics
import Quantities
import YAML

/// Reads an entry of `costs:`; a cost may use those before it.
struct CostReader {
  let names: Names
  let earlier: [Cost]

  func read(_ part: RulesetLoader.Part) -> Cost? {
    let fields = Fields(
      part.node, in: part.source, known: ["title", "unit", "formula", "meaning", "source"],
      names.problems)
    guard let title = fields.required("title"),
      let unit = fields.required("unit", among: Cost.Unit.allCases.map(\.rawValue))
        .flatMap(Cost.Unit.init),
      let meaning = fields.required("meaning"), let formula = fields.formula("formula")
    else { return nil }
    do throws(FormulaError) {
      guard try CostDimension(names: names, earlier: earlier).of(formula) == Dimension(unit) else {
        throw FormulaError(message: "the units do not make \(unit.rawValue)", offset: 0)
      }
    } catch {
      fields.report(error, of: "formula")
      return nil
    }
    return Cost(
      id: part.name, title: title, unit: unit, meaning: meaning, source: fields.text("source"),
      formula: formula, location: part.nameLocation)
  }
}

/// Checks names and units of a cost's formula.
private struct CostDimension {
  let names: Names
  let earlier: [Cost]

  func of(_ formula: Formula) throws(FormulaError) -> Dimension {
    switch formula {
    case .figure(let figure):
      return Dimension(figure.kind)
    case .name(let name, let offset):
      return try named(name, at: offset)
    case .call(let name, let arguments, let offset):
      return try called(name, arguments, at: offset)
    case .operation(let operation, let left, let right):
      let (leftDimension, rightDimension) = (try of(left), try of(right))
      switch operation {
      case .times: return leftDimension + rightDimension
      case .over:
        try refuseZero(right)
        return leftDimension - rightDimension
      case .plus, .minus:
        guard leftDimension == rightDimension else {
          throw FormulaError(message: "different units are added", offset: 0)
        }
        return leftDimension
      }
    }
  }

  private func named(_ name: String, at offset: Int) throws(FormulaError) -> Dimension {
    if let cost = earlier.first(where: { $0.id == name }) { return Dimension(cost.unit) }
    if let number = names.numbers.first(where: { $0.name == name }) {
      return Dimension(number.kind)
    }
    if let fact = names.facts.first(where: { $0.id == name }),
      case .number(let kind, _) = fact.shape
    {
      return Dimension(kind)
    }
    throw FormulaError(
      message: "\(name) is no fact, number or earlier cost that is a number", offset: offset,
      isConsequence: names.unreadable.contains(name))
  }

  private func called(
    _ name: String, _ arguments: [Formula], at offset: Int
  ) throws(FormulaError) -> Dimension {
    if let constants = names.constants.first(where: { $0.name == name }) {
      guard arguments.count == 1, case .name(let subject, _)? = arguments.first,
        let words = words(of: subject)
      else {
        throw FormulaError(
          message: "\(name) is picked by one table, or fact that is a choice", offset: offset)
      }
      if let missing = words.first(where: { constants.values[$0] == nil }) {
        throw FormulaError(message: "\(name) has no value for \(missing)", offset: offset)
      }
      return constants.values.values.first.map { Dimension($0.kind) } ?? Dimension()
    }
    guard ["min", "max", "ceil"].contains(name) else {
      throw FormulaError(
        message: "\(name) is no function or set of constants; functions: min, max, ceil",
        offset: offset)
    }
    guard let first = arguments.first, name != "ceil" || arguments.count == 1 else {
      throw FormulaError(message: "ceil takes one argument", offset: offset)
    }
    let dimension = try of(first)
    for argument in arguments.dropFirst() {
      guard try of(argument) == dimension else {
        throw FormulaError(message: "\(name) compares different units", offset: offset)
      }
    }
    return dimension
  }

  private func words(of subject: String) -> [String]? {
    if let table = names.tables.first(where: { $0.name == subject && $0.hit != .collect }) {
      return table.outputs
    }
    return names.facts.first { $0.id == subject }.flatMap { fact in
      switch fact.shape {
      case .choice, .flag: fact.words
      default: nil
      }
    }
  }

  private func refuseZero(_ divisor: Formula) throws(FormulaError) {
    guard case .name(let name, let offset) = divisor,
      let fact = names.facts.first(where: { $0.id == name }),
      case .number(_, let range) = fact.shape, range.lowerBound == 0
    else { return }
    throw FormulaError(message: "\(name) may be 0, so nothing is divided by it", offset: offset)
  }
}
