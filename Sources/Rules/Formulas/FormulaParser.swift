import Quantities

/// Reads formulas: `+ - * /` (also `×` and `÷`), parentheses, figures with units, names, calls.
///
/// A hyphen belongs to a name if letters stand on both its sides; a minus has a space before it.
struct FormulaParser {
  private let scalars: [Unicode.Scalar]
  private var position = 0
  private var depth = 0

  /// Deeper formulas are refused; nobody reads them.
  private static let maximumDepth = 50

  /// Longer ones are refused, too: a sum of many terms is as deep as it is long.
  private static let maximumLength = 2000

  static func parse(_ text: String) throws(FormulaError) -> Formula {
    var parser = FormulaParser(scalars: Array(text.unicodeScalars))
    guard parser.scalars.count <= maximumLength else {
      throw FormulaError(message: "longer than \(maximumLength) characters", offset: 0)
    }
    let formula = try parser.sum()
    guard parser.peek() == nil else { throw parser.error("this is not expected here") }
    return formula
  }

  private init(scalars: [Unicode.Scalar]) {
    self.scalars = scalars
  }

  private mutating func sum() throws(FormulaError) -> Formula {
    depth += 1
    defer { depth -= 1 }
    guard depth <= Self.maximumDepth else { throw error("nested too deeply") }
    var result = try product()
    while let next = peek(), next == "+" || next == "-" {
      position += 1
      result = .operation(next == "+" ? .plus : .minus, result, try product())
    }
    return result
  }

  private mutating func product() throws(FormulaError) -> Formula {
    var result = try factor()
    while let next = peek(), "*×/÷".unicodeScalars.contains(next) {
      position += 1
      let isTimes = next == "*" || next == "×"
      result = .operation(isTimes ? .times : .over, result, try factor())
    }
    return result
  }

  private mutating func factor() throws(FormulaError) -> Formula {
    guard let next = peek() else { throw error("something is missing at the end") }
    if next == "(" {
      position += 1
      let inner = try sum()
      try expect(")")
      return inner
    }
    if isDigit(next) { return try figure() }
    if isLetter(next) { return try nameOrCall() }
    throw error("expected a figure, a name or a parenthesis")
  }

  private mutating func nameOrCall() throws(FormulaError) -> Formula {
    let start = position
    while position < scalars.count, isNamePart(position) { position += 1 }
    let name = text(from: start)
    guard peek() == "(" else { return .name(name, at: start) }
    position += 1
    var arguments = [try sum()]
    while peek() == "," {
      position += 1
      arguments.append(try sum())
    }
    try expect(")")
    return .call(name, arguments, at: start)
  }

  private mutating func figure() throws(FormulaError) -> Formula {
    let start = position
    while position < scalars.count, isDigit(scalars[position]) || "_.".contains(scalars, position) {
      position += 1
    }
    while position < scalars.count, isLetter(scalars[position]) { position += 1 }
    guard let figure = Figure(parsing: text(from: start)) else {
      throw FormulaError(message: "\(text(from: start)) is not a figure", offset: start)
    }
    return .figure(figure)
  }

  private func isNamePart(_ index: Int) -> Bool {
    let scalar = scalars[index]
    if isLetter(scalar) || isDigit(scalar) { return true }
    guard scalar == "." || scalar == "-", index + 1 < scalars.count else { return false }
    return isLetter(scalars[index + 1]) || isDigit(scalars[index + 1])
  }

  private mutating func peek() -> Unicode.Scalar? {
    while position < scalars.count, scalars[position].properties.isWhitespace { position += 1 }
    return position < scalars.count ? scalars[position] : nil
  }

  private mutating func expect(_ scalar: Unicode.Scalar) throws(FormulaError) {
    guard peek() == scalar else { throw error("expected \(scalar)") }
    position += 1
  }

  private func text(from start: Int) -> String {
    var result = String.UnicodeScalarView()
    result.append(contentsOf: scalars[start..<position])
    return String(result)
  }

  private func error(_ message: String) -> FormulaError {
    FormulaError(message: message, offset: min(position, scalars.count))
  }

  private func isDigit(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }

  private func isLetter(_ scalar: Unicode.Scalar) -> Bool {
    ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar)
  }
}

extension String {
  fileprivate func contains(_ scalars: [Unicode.Scalar], _ index: Int) -> Bool {
    unicodeScalars.contains(scalars[index])
  }
}

extension Figure {
  /// A figure of a formula or a constant: `0.1`, `20_000`, `50ms`, `300B`, `10_000/s`.
  init?(parsing text: String) {
    if let decimal = Self.decimal(text) {
      self.init(grains: decimal, kind: .count)
      return
    }
    for kind in Kind.allCases where kind != .count {
      if let quantity = try? Quantity(parsing: text, as: kind) {
        self.init(grains: Ratio(quantity.grains), kind: kind)
        return
      }
    }
    return nil
  }

  private static func decimal(_ text: String) -> Ratio? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard let whole = parts.first, parts.count <= 2,
      let number = try? Quantity(parsing: String(whole), as: .count)
    else { return nil }
    guard parts.count == 2 else { return Ratio(number.grains) }
    let digits = parts[1]
    guard (1...9).contains(digits.count), digits.allSatisfy({ $0.isASCII && $0.isNumber }),
      let fraction = Int64(digits)
    else { return nil }
    let scale = Ratio(10).power(digits.count)
    return Ratio(
      (Ratio(number.grains) * scale).numerator + Ratio(fraction).numerator, over: scale.numerator)
  }
}
