import Rules

/// A tree of questions as a Mermaid flowchart, with the path of a spec on it.
package struct TreeMermaid {
  private let evaluation: Evaluation?
  private let rules: Ruleset

  package init(_ rules: Ruleset, path evaluation: Evaluation?) {
    self.rules = rules
    self.evaluation = evaluation
  }

  package var text: String {
    var drawing = Drawing(rules: rules, evaluation: evaluation)
    for (index, table) in rules.tables.enumerated() {
      guard let tree = table.tree else { continue }
      _ = drawing.node(tree, index, isOnPath: evaluation != nil)
      drawing.correct(index)
    }
    return drawing.text
  }

  private struct Drawing {
    let rules: Ruleset
    let evaluation: Evaluation?
    private var lines = ["flowchart TD"]
    private var count = 0
    private var links = 0
    private var nodesOnPath: [String] = []
    private var linksOnPath: [Int] = []

    init(rules: Ruleset, evaluation: Evaluation?) {
      self.rules = rules
      self.evaluation = evaluation
    }

    mutating func node(_ tree: Tree, _ index: Int, isOnPath: Bool) -> String {
      count += 1
      let id = "n\(count)"
      if isOnPath { nodesOnPath.append(id) }
      switch tree {
      case .leaf(let row):
        let table = rules.tables[index]
        lines.append("  \(id)[\"\(Self.quoted(table.outputs[table.rows[row].output]))\"]")
      case .question(let question, let cell, let yes, let no):
        lines.append("  \(id){\"\(Self.quoted(question))\"}")
        let answer = evaluation?.holds(cell.test)
        for (word, branch) in [("no", no), ("yes", yes)] {
          let isTaken = isOnPath && answer == (word == "yes")
          let child = node(branch, index, isOnPath: isTaken)
          lines.append("  \(id) -->|\(word)| \(child)")
          if isTaken { linksOnPath.append(links) }
          links += 1
        }
      }
      return id
    }

    /// What a later table made of the tree's answer, if it made something else of it.
    mutating func correct(_ index: Int) {
      guard let leaf = nodesOnPath.last,
        let chosen = evaluation?.correction(of: index)?.chosen
      else { return }
      count += 1
      let id = "n\(count)"
      lines.append("  \(id)([\"\(Self.quoted(chosen))\"])")
      lines.append("  \(leaf) -.->|corrected| \(id)")
      nodesOnPath.append(id)
      linksOnPath.append(links)
      links += 1
    }

    var text: String {
      var lines = lines
      if !nodesOnPath.isEmpty {
        lines.append("  classDef path stroke-width:4px,stroke:#2a7d2a")
        lines.append("  class \(nodesOnPath.joined(separator: ",")) path")
      }
      if !linksOnPath.isEmpty {
        let numbers = linksOnPath.map(String.init).joined(separator: ",")
        lines.append("  linkStyle \(numbers) stroke-width:4px,stroke:#2a7d2a")
      }
      return lines.joined(separator: "\n") + "\n"
    }

    private static func quoted(_ text: String) -> String {
      text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "#quot;")
    }
  }
}
