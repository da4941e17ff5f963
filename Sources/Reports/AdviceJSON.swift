import Advisor
import JSON
import Rules

extension Advice {
  /// The advice in the form that scripts rely on.
  package var json: JSONValue {
    var members: [(key: String, value: JSONValue)] = [
      ("tidings", 1), ("name", .string(name)),
    ]
    for choice in choices { members.append((choice.name, choice.json)) }
    members += [
      ("fallbacks", .array(fallbacks.map { .string($0.id) })),
      ("rejected", .array(rejected.map(\.json))),
      ("flips", .array(flips.map(\.json))),
      ("cautions", .array(cautions.map(\.json))),
      ("costs", .object(costs.map { (key: $0.cost.id, value: .double($0.value)) })),
      ("defaults", .array(defaults.map { .string($0.fact) })),
    ]
    return .object(members)
  }
}

extension Advice.Choice {
  fileprivate var json: JSONValue {
    [
      "id": .string(id),
      "because": .array(
        because.map { reason in
          [
            "rule": .string(reason.rule), "text": .string(reason.text),
            "facts": .array(reason.facts.map { .string($0) }),
          ]
        }),
    ]
  }
}

extension Advice.Note {
  fileprivate var json: JSONValue { ["id": .string(id), "text": .string(text)] }
}

extension Advice.Flip {
  fileprivate var json: JSONValue {
    [
      "fact": .string(fact), "to": .string(to),
      "then": .object(then.map { (key: $0.choice, value: .string($0.id)) }),
    ]
  }
}
