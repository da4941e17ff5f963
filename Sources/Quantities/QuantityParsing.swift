/// Why a text is no number of a kind.
package enum QuantityError: Error, Equatable, Sendable {
  case notANumber
  case negative
  case leadingZero
  /// Holds the same value in a smaller unit, where there is one.
  case fraction(instead: String?)
  case missingUnit
  case unknownUnit(String, suggestion: String?)
  case unneededUnit(String)
  case overflow
  /// A rate of 0 is written `never`.
  case zero
}

extension Quantity {
  /// Reads a number as a spec writes it: digits with single `_` between them, then the unit
  /// without a space; for a rate also `never`.
  package init(parsing text: String, as kind: Kind) throws(QuantityError) {
    if kind == .rate, text == "never" {
      self.init(.rate, grains: 0)
      return
    }
    let parts = try Self.split(text)
    let unit = try Self.unit(parts.unit, after: parts.digits, of: kind)
    if let fraction = parts.fraction {
      throw .fraction(instead: Self.exact(parts.digits, fraction: fraction, unit: unit, of: kind))
    }
    guard let number = Int64(parts.digits) else { throw .overflow }
    let (grains, overflow) = number.multipliedReportingOverflow(by: unit?.factor ?? 1)
    if overflow { throw .overflow }
    if kind == .rate, grains == 0 { throw .zero }
    self.init(kind, grains: grains)
  }

  private static func split(
    _ text: String
  ) throws(QuantityError) -> (digits: String, fraction: String?, unit: String) {
    if text.hasPrefix("-") { throw .negative }
    let number = text.prefix { $0.isASCII && ($0.isNumber || $0 == "_" || $0 == ".") }
    let pieces = number.split(separator: ".", omittingEmptySubsequences: false)
    guard let whole = pieces.first, let digits = digits(whole), pieces.count <= 2 else {
      throw .notANumber
    }
    if digits.count > 1, digits.hasPrefix("0") { throw .leadingZero }
    var fraction: String?
    if pieces.count == 2 {
      guard let after = Self.digits(pieces[1]) else { throw .notANumber }
      fraction = after
    }
    return (digits, fraction, String(text.dropFirst(number.count)))
  }

  /// The digits without their `_`, if each `_` stands between two digits.
  private static func digits(_ text: Substring) -> String? {
    let groups = text.split(separator: "_", omittingEmptySubsequences: false)
    guard groups.allSatisfy({ !$0.isEmpty }) else { return nil }
    return groups.joined()
  }

  private static func unit(
    _ symbol: String, after digits: String, of kind: Kind
  ) throws(QuantityError) -> Unit? {
    if kind == .count {
      if symbol.isEmpty { return nil }
      throw .unneededUnit(symbol)
    }
    if let unit = kind.units.first(where: { $0.symbol == symbol }) { return unit }
    if symbol.isEmpty { throw .missingUnit }
    let suggestion = Self.likelyUnit(for: symbol, of: kind).map { digits + $0 }
    throw .unknownUnit(symbol, suggestion: suggestion)
  }

  /// Units as people write them elsewhere.
  private static func likelyUnit(for symbol: String, of kind: Kind) -> String? {
    let word = symbol.lowercased().filter { !$0.isWhitespace }
    switch kind {
    case .count: return nil
    case .duration:
      switch word {
      case "msec", "msecs", "millis", "milliseconds", "millisecond", "ms": return "ms"
      case "sec", "secs", "second", "seconds", "s": return "s"
      case "m", "mins", "minute", "minutes", "min": return "min"
      case "hr", "hrs", "hour", "hours", "h": return "h"
      default: return nil
      }
    case .size:
      switch word {
      case "b", "byte", "bytes": return "B"
      case "k", "kb", "kib": return "KB"
      case "m", "mb", "mib": return "MB"
      default: return nil
      }
    case .rate:
      switch word {
      case "/s", "/sec", "/second", "ps", "hz", "persecond": return "/s"
      case "/m", "/min", "/mins", "/minute", "perminute": return "/min"
      case "/h", "/hr", "/hour", "perhour": return "/h"
      case "/d", "/day", "/days", "perday": return "/day"
      default: return nil
      }
    }
  }

  private static func exact(
    _ digits: String, fraction: String, unit: Unit?, of kind: Kind
  ) -> String? {
    guard let unit, fraction.count <= 9, let number = Int64(digits + fraction) else { return nil }
    let scale = (0..<fraction.count).reduce(Int64(1)) { power, _ in power * 10 }
    let (product, overflow) = number.multipliedReportingOverflow(by: unit.factor)
    guard !overflow, product % scale == 0 else { return nil }
    return Quantity(kind, grains: product / scale).description
  }
}
