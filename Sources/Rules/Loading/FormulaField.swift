import Diagnostics
import YAML

extension Fields {
  func formula(_ key: String) -> Formula? {
    guard let text = required(key) else { return nil }
    do throws(FormulaError) {
      return try FormulaParser.parse(text)
    } catch {
      report(error, of: key)
      return nil
    }
  }

  func report(_ error: FormulaError, of key: String) {
    guard let value = node[key], !error.isConsequence else { return }
    var location = value.location
    // A folded formula has its own line ends; only a plain one of one line keeps its columns.
    if location.length == value.scalar?.unicodeScalars.count {
      location.column += error.offset
      location.length = max(1, location.length - error.offset)
    }
    report(.badFormula, error.message, at: location, help: "rules/README.md lists the forms")
  }
}
