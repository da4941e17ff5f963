import Diagnostics
import Rules

/// Writes a spec that reads back to the same facts, with a comment on each key.
package struct SpecWriter {
  private let rules: Ruleset

  package init(_ rules: Ruleset) {
    self.rules = rules
  }

  /// - Parameter assignment: stated facts are written; the others stand as comments with their
  ///   defaults.
  package func text(_ assignment: Assignment) -> String {
    var lines: [String] = []
    var section: String?
    for (index, fact) in rules.facts.enumerated() {
      guard let value = assignment.values[index] ?? required(fact) else { continue }
      let isStated = assignment.stated.contains(index) || fact.isRequired
      if fact.section != section {
        section = fact.section
        if let section {
          // A section whose keys are all comments must be one, too: it would have no value.
          let hasStated = rules.facts.indices.contains {
            rules.facts[$0].section == section && assignment.stated.contains($0)
          }
          lines.append("")
          lines.append((hasStated ? "" : "# ") + section + ":")
        }
      }
      let indent = fact.section == nil ? "" : "  "
      lines += Wrap.lines(fact.meaning, first: "\(indent)# ", rest: "\(indent)# ")
      let pair = "\(fact.key): \(Self.yaml(value, fact))"
      lines.append(isStated ? indent + pair : "\(indent)# \(pair)  # the default")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private func required(_ fact: Fact) -> Value? {
    fact.shape == .version ? .word("1") : nil
  }

  private static func yaml(_ value: Value, _ fact: Fact) -> String {
    guard case .word(let text) = value else { return value.description }
    switch fact.shape {
    case .text: return quoted(text)
    // Plain, it would read as nothing.
    case .name where text.lowercased() == "null": return quoted(text)
    default: return text
    }
  }

  /// A double-quoted scalar (YAML 1.2, section 7.3.1), which can hold anything.
  static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      default:
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned:
          let digits = String(scalar.value, radix: 16)
          result += "\\U" + String(repeating: "0", count: 8 - digits.count) + digits
        default: result.unicodeScalars.append(scalar)
        }
      }
    }
    return result + "\""
  }
}
