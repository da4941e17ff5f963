import Diagnostics
import YAML

/// Sorts tables so that each comes after those that it tests or quotes.
struct TableOrder {
  let parts: [RulesetLoader.Part]
  let problems: Problems

  func sorted() -> [RulesetLoader.Part] {
    var order: [Int] = []
    var state = [State](repeating: .new, count: parts.count)
    for index in parts.indices { visit(index, &state, &order) }
    return order.map { parts[$0] }
  }

  private enum State {
    case new
    case open
    case done
  }

  private func visit(_ index: Int, _ state: inout [State], _ order: inout [Int]) {
    switch state[index] {
    case .done: return
    case .open:
      problems.report(
        parts[index].source.diagnostic(
          .cycle, "the table \(parts[index].name) tests itself, by way of others",
          at: parts[index].nameLocation, help: "let one of them test facts alone"))
      return
    case .new: break
    }
    state[index] = .open
    for name in Self.mentions(in: parts[index].node) {
      if let other = parts.firstIndex(where: { $0.name == name }) { visit(other, &state, &order) }
    }
    state[index] = .done
    order.append(index)
  }

  /// The subjects of tests and the names in sentences, anywhere in a table.
  private static func mentions(in node: Node) -> [String] {
    switch node.content {
    case .scalar: return []
    case .sequence(let items): return items.flatMap(mentions)
    case .mapping(let entries):
      return entries.flatMap { entry -> [String] in
        switch entry.key {
        case "when", "test": entry.value.mapping?.map(\.key) ?? []
        case "because": Template.split(entry.value.scalar ?? "").compactMap(\.name)
        default: mentions(in: entry.value)
        }
      }
    }
  }
}
