import Diagnostics
import Rules

/// A tree of questions as text, with the path of a spec on it.
package struct TreeText {
  private let evaluation: Evaluation?
  private let rules: Ruleset
  private let style: Style

  /// - Parameter evaluation: of the spec whose path is drawn; `nil` for none.
  package init(_ rules: Ruleset, path evaluation: Evaluation?, _ style: Style) {
    self.rules = rules
    self.evaluation = evaluation
    self.style = style
  }

  package var text: String {
    rules.tables.indices.compactMap { index in
      rules.tables[index].tree.map { lines(index, $0).joined(separator: "\n") }
    }.joined(separator: "\n\n") + "\n"
  }

  private func lines(_ index: Int, _ tree: Tree) -> [String] {
    var lines = node(tree, index, isOnPath: evaluation != nil)
    lines += corrections(of: index)
    return lines
  }

  private func node(_ tree: Tree, _ index: Int, isOnPath: Bool) -> [String] {
    switch tree {
    case .leaf(let row):
      let table = rules.tables[index]
      let id = table.outputs[table.rows[row].output]
      return [isOnPath ? style.bold(style.green("\(id)  ◀")) : id]
    case .question(let question, let cell, let yes, let no):
      let answer = evaluation?.holds(cell.test)
      var lines = [isOnPath ? style.bold(question) : question]
      for (word, branch, isLast) in [("no", no, false), ("yes", yes, true)] {
        let isTaken = isOnPath && answer == (word == "yes")
        let inner = node(branch, index, isOnPath: isTaken)
        // A taken branch is drawn with a double line, so that it shows without colour.
        let joint = (isLast ? "└" : "├") + (isTaken ? "══ " : "── ") + word + " "
        let arrow = isTaken ? "═▶ " : "──▶ "
        lines.append(joint + (isTaken ? arrow : "─▶ ") + (inner.first ?? ""))
        let rail = isLast ? "         " : "│        "
        lines += inner.dropFirst().map { rail + $0 }
      }
      return lines
    }
  }

  /// What a later table made of the tree's answer, if it made something else of it.
  private func corrections(of index: Int) -> [String] {
    guard let evaluation, let (wanted, chosen, text) = evaluation.correction(of: index) else {
      return []
    }
    return [""] + Wrap.lines("\(wanted) becomes \(chosen): \(text)")
  }
}

extension Evaluation {
  /// The choice that tests a tree's answer and makes something else of it, with its reason.
  func correction(of tree: Int) -> (wanted: String, chosen: String, text: String)? {
    guard let wanted = outputName(of: tree) else { return nil }
    for choice in rules.choices {
      guard let row = hits[choice].first, let chosen = outputName(of: choice), chosen != wanted,
        rules.tables[choice].rows[row].condition.cells.contains(where: { cell in
          if case .output(tree, _) = cell.test { return true }
          return false
        })
      else { continue }
      return (wanted, chosen, text(rules.tables[choice].rows[row].because))
    }
    return nil
  }
}
