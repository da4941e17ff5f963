import Diagnostics
import Quantities
import YAML

/// Reads an entry of `numbers:`, which must have the restricted form that proofs can decide.
struct NumberReader {
  let names: Names

  func read(_ part: RulesetLoader.Part) -> DerivedNumber? {
    let fields = Fields(
      part.node, in: part.source, known: ["kind", "formula", "meaning"], names.problems)
    guard let meaning = fields.required("meaning"), let kindName = fields.required("kind") else {
      return nil
    }
    guard let kind = Kind(rawValue: kindName) else {
      let known = Kind.allCases.map(\.rawValue)
      fields.report(
        .unknownValue, "unknown kind \(kindName)",
        at: fields.node["kind"]?.location ?? fields.node.location,
        help: "kinds: \(known.joined(separator: ", "))",
        suggestion: NearestName.of(kindName, among: known))
      return nil
    }
    guard let formula = fields.formula("formula") else { return nil }
    var builder = MonomialBuilder(names: names)
    do throws(FormulaError) {
      try builder.multiply(by: formula, power: 1)
      let monomial = try builder.finish(as: kind)
      return DerivedNumber(
        name: part.name, kind: kind, meaning: meaning, formula: formula, monomial: monomial,
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
      throw FormulaError(message: "\(name) is no fact that is a number", offset: offset)
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
      throw FormulaError(message: "\(name) is no set of constants", offset: offset)
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

/// Reads an entry of `costs:`; a cost may use those before it.
struct CostReader {
  let names: Names
  let earlier: [Cost]

  func read(_ part: RulesetLoader.Part) -> Cost? {
    let fields = Fields(
      part.node, in: part.source, known: ["title", "unit", "formula", "meaning", "source"],
      names.problems)
    guard let title = fields.required("title"), let unitName = fields.required("unit"),
      let meaning = fields.required("meaning"), let formula = fields.formula("formula")
    else { return nil }
    guard let unit = Cost.Unit(rawValue: unitName) else {
      let known = Cost.Unit.allCases.map(\.rawValue)
      fields.report(
        .unknownValue, "unknown unit \(unitName)",
        at: fields.node["unit"]?.location ?? fields.node.location,
        help: "units: \(known.joined(separator: ", "))",
        suggestion: NearestName.of(unitName, among: known))
      return nil
    }
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
      message: "\(name) is no fact, number or earlier cost that is a number", offset: offset)
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

extension Fields {
  fileprivate func formula(_ key: String) -> Formula? {
    guard let text = required(key) else { return nil }
    do throws(FormulaError) {
      return try FormulaParser.parse(text)
    } catch {
      report(error, of: key)
      return nil
    }
  }

  fileprivate func report(_ error: FormulaError, of key: String) {
    guard let value = node[key] else { return }
    var location = value.location
    // A folded formula has its own line ends; only a plain one of one line keeps its columns.
    if location.length == value.scalar?.unicodeScalars.count {
      location.column += error.offset
      location.length = max(1, location.length - error.offset)
    }
    report(.badFormula, error.message, at: location, help: "rules/README.md lists the forms")
  }
}
