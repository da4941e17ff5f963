import Diagnostics
import Quantities
import YAML

/// Reads one entry of `facts:`; its `applies-when` is read later, when tests can be.
struct FactReader {
  let problems: Problems

  private static let keys = [
    "type", "range", "values", "default", "required", "example", "question", "meaning", "yardstick",
    "applies-when",
  ]
  private static let types =
    Kind.allCases.map(\.rawValue) + ["choice", "flag", "set", "name", "text", "version"]

  func read(_ part: RulesetLoader.Part) -> Fact? {
    let fields = Fields(part.node, in: part.source, known: Self.keys, problems)
    guard let type = fields.required("type", among: Self.types),
      let meaning = fields.required("meaning"),
      let shape = shape(type, fields)
    else { return nil }
    var fact = Fact(
      id: part.name, shape: shape, meaning: meaning, question: fields.text("question"),
      yardstick: fields.text("yardstick"), example: fields.text("example"),
      isRequired: fields.text("required") == "true", defaultValue: nil, valueMeanings: [:],
      appliesWhen: [], location: part.nameLocation)
    for entry in fields.entries("values") {
      fact.valueMeanings[entry.key] = entry.value.scalar
    }
    fact.defaultValue = defaultValue(of: fact, fields)
    return fact
  }

  private func shape(_ type: String, _ fields: Fields) -> Fact.Shape? {
    if let kind = Kind(rawValue: type) {
      return range(of: kind, fields).map { .number(kind, range: $0) }
    }
    let words = fields.entries("values").map(\.key)
    switch type {
    case "choice", "set":
      guard (1...60).contains(words.count) else {
        fields.report(
          .badTable, "a \(type) needs 1 to 60 values", at: fields.node.location,
          help: "values: { name: what it means, … }")
        return nil
      }
      return type == "set" ? .set(words) : .choice(words)
    case "flag": return .flag
    case "name": return .name
    case "text": return .text
    case "version": return .version
    default: return nil
    }
  }

  private func range(of kind: Kind, _ fields: Fields) -> ClosedRange<Int64>? {
    guard let text = fields.required("range") else { return nil }
    let ends = text.split(separator: "..", omittingEmptySubsequences: false).map {
      try? Quantity(parsing: String($0), as: kind)
    }
    // Far from Int64's ends, so that sums of a value and a grain cannot overflow.
    guard ends.count == 2, let low = ends[0]?.grains, let high = ends[1]?.grains, low <= high,
      high <= Int64.max / 4
    else {
      fields.report(
        .badTable, "\(text) is not a range",
        at: fields.node["range"]?.location ?? fields.node.location,
        help: "write it as low..high, each \(kind.form)")
      return nil
    }
    return low...high
  }

  private func defaultValue(of fact: Fact, _ fields: Fields) -> Value? {
    guard let node = fields.node["default"] else {
      switch fact.shape {
      case .name, .text, .version: break
      default:
        fields.report(.missingKey, "default is missing", at: fields.node.location)
      }
      return nil
    }
    switch ValueReader(fact: fact, source: fields.source).read(node) {
    case .success(let value): return value
    case .failure(let invalid):
      invalid.diagnostics.forEach(problems.report)
      return nil
    }
  }
}

/// Reads an entry of `constants:`.
struct ConstantsReader {
  let problems: Problems

  func read(_ part: RulesetLoader.Part) -> Constants? {
    let fields = Fields(
      part.node, in: part.source, known: ["meaning", "source", "values"], problems)
    var values: [String: Figure] = [:]
    for entry in fields.entries("values") {
      guard let text = entry.value.scalar, let figure = Figure(parsing: text) else {
        fields.report(
          .number, "this is not a figure", at: entry.value.location,
          help: "figures: 0.1, 20_000, 50ms, 300B, 10/min")
        continue
      }
      values[entry.key] = figure
    }
    if Set(values.values.map { Dimension($0.kind) }).count > 1 {
      fields.report(
        .unit, "the values of \(part.name) have different units", at: part.nameLocation,
        help: "give all of them in units of one kind")
      return nil
    }
    guard let meaning = fields.required("meaning"), !values.isEmpty else { return nil }
    return Constants(
      name: part.name, meaning: meaning, source: fields.text("source"), values: values,
      location: part.nameLocation)
  }
}
