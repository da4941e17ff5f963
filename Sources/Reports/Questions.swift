import Diagnostics
import Interview
import JSON
import Quantities
import Rules

extension Question {
  /// The question for a terminal: itself, then what an answer may be.
  package func text(_ style: Style) -> String {
    var lines = Wrap.lines(text).map(style.bold)
    if let yardstick = fact.yardstick { lines += Wrap.lines(yardstick, first: "  ") }
    for word in fact.words {
      guard let meaning = fact.valueMeanings[word] else { continue }
      lines += Wrap.lines(meaning, first: "  \(word): ", rest: "      ")
    }
    var hints = [form, "default \(defaultValue)"]
    if let example = fact.example { hints.append("example \(example)") }
    lines += Wrap.lines(hints.joined(separator: "; "), first: "  ").map(style.dim)
    return lines.joined(separator: "\n") + "\n\(fact.id): "
  }

  private var form: String {
    switch fact.shape {
    case .number(let kind, _): kind.form
    case .set: "any of these, with spaces or commas between"
    default: fact.allowed
    }
  }

  package var json: JSONValue {
    var members: [(key: String, value: JSONValue)] = [
      ("fact", .string(fact.id)), ("question", .string(text)), ("type", .string(typeName)),
      ("allowed", .string(fact.allowed)), ("default", .string(defaultValue.description)),
    ]
    if let example = fact.example { members.append(("example", .string(example))) }
    if let yardstick = fact.yardstick { members.append(("yardstick", .string(yardstick))) }
    if !fact.words.isEmpty {
      members.append(
        (
          "values",
          .object(fact.words.map { (key: $0, value: .string(fact.valueMeanings[$0] ?? "")) })
        ))
    }
    return .object(members)
  }

  private var typeName: String {
    switch fact.shape {
    case .number(let kind, _): kind.rawValue
    case .choice: "choice"
    case .flag: "flag"
    case .set: "set"
    case .name: "name"
    case .text: "text"
    case .version: "version"
    }
  }
}
