import Diagnostics
import Quantities
import YAML

/// Reads an entry of `numbers:`, which must have the restricted form that proofs can decide.
struct NumberReader {
  let names: Names

  func read(_ part: RulesetLoader.Part) -> DerivedNumber? {
    let fields = Fields(
      part.node, in: part.source, known: ["kind", "formula", "meaning"], names.problems)
    guard let meaning = fields.required("meaning"),
      let kind = fields.required("kind", among: Kind.allCases.map(\.rawValue))
        .flatMap(Kind.init)
    else { return nil }
    guard let formula = fields.formula("formula") else { return nil }
    var builder = MonomialBuilder(names: names)
    do throws(FormulaError) {
      try builder.multiply(by: formula, power: 1)
      let monomial = try builder.finish(as: kind)
      return DerivedNumber(
        name: part.name, kind: kind, meaning: meaning, formulaText: fields.text("formula") ?? "",
        formula: formula, monomial: monomial,
        location: part.nameLocation)
    } catch {
      fields.report(error, of: "formula")
      return nil
    }
  }
}

/// Multiplies a formula out into a monomial, or says why it is none.
private struct MonomialBuilder {
  let names: Names
  private var constant = Ratio.one
  private var lookups: [Monomial.Lookup] = []
  private var exponents: [Int: Int] = [:]
  private var dimension = Dimension()

  init(names: Names) {
    self.names = names
  }

  mutating func multiply(by formula: Formula, power: Int) throws(FormulaError) {
    switch formula {
    case .figure(let figure):
      guard !figure.grains.isZero else {
        throw FormulaError(message: "a factor of 0 leaves nothing to test", offset: 0)
      }
      constant = constant * inBase(figure).power(power)
      add(figure.kind, power)
    case .operation(.times, let left, let right):
      try multiply(by: left, power: power)
      try multiply(by: right, power: power)
    case .operation(.over, let left, let right):
      try multiply(by: left, power: power)
      try multiply(by: right, power: -power)
    case .operation:
      throw FormulaError(
        message: "a number that tables test is a product; sums stand in costs alone", offset: 0)
    case .name(let name, let offset):
      try multiply(byFact: name, power: power, at: offset)
    case .call(let name, let arguments, let offset):
      try multiply(byConstants: name, of: arguments, power: power, at: offset)
    }
  }

  private mutating func multiply(byFact name: String, power: Int, at offset: Int)
    throws(FormulaError)
  {
    guard let variable = names.space.variable(named: name),
      let kind = names.space.variables[variable].kind
    else {
      throw FormulaError(
        message: "\(name) is no fact that is a number", offset: offset,
        isConsequence: names.unreadable.contains(name))
    }
    guard case .numbers(let domain) = names.space.variables[variable].domain, domain.min ?? 0 > 0
    else {
      throw FormulaError(
        message: "\(name) may be 0, so it stands in no product", offset: offset)
    }
    let exponent = (exponents[variable] ?? 0) + power
    guard (-1...1).contains(exponent) else {
      throw FormulaError(message: "\(name) may stand once only", offset: offset)
    }
    exponents[variable] = exponent == 0 ? nil : exponent
    constant = constant * Ratio(kind.grainsPerBase).power(-power)
    add(kind, power)
  }

  private mutating func multiply(
    byConstants name: String, of arguments: [Formula], power: Int, at offset: Int
  ) throws(FormulaError) {
    guard let constants = names.constants.first(where: { $0.name == name }) else {
      throw FormulaError(
        message: "\(name) is no set of constants", offset: offset,
        isConsequence: names.unreadable.contains(name))
    }
    guard arguments.count == 1, case .name(let subject, _)? = arguments.first,
      let variable = names.space.variable(named: subject),
      names.space.variables[variable].kind == nil
    else {
      throw FormulaError(
        message: "\(name) is picked by one fact that is a choice or a flag", offset: offset)
    }
    let words = names.space.variables[variable].words
    var picked: [Ratio] = []
    for word in words {
      guard let figure = constants.values[word] else {
        throw FormulaError(message: "\(name) has no value for \(word)", offset: offset)
      }
      if figure.grains.isZero, power < 0 {
        throw FormulaError(message: "\(name) may be 0, so nothing is divided by it", offset: offset)
      }
      picked.append(inBase(figure).power(power))
    }
    lookups.append(Monomial.Lookup(variable: variable, constants: picked))
    if let kind = constants.values.values.first?.kind { add(kind, power) }
  }

  func finish(as kind: Kind) throws(FormulaError) -> Monomial {
    guard dimension == Dimension(kind) else {
      throw FormulaError(message: "the units do not make a \(kind.rawValue)", offset: 0)
    }
    return Monomial(
      constant: constant * Ratio(kind.grainsPerBase), lookups: lookups, exponents: exponents)
  }

  private mutating func add(_ kind: Kind, _ power: Int) {
    let own = Dimension(kind)
    dimension = power > 0 ? dimension + own : dimension - own
  }

  private func inBase(_ figure: Figure) -> Ratio {
    figure.grains / Ratio(figure.kind.grainsPerBase)
  }
}
