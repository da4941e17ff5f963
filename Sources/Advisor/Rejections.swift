import Rules

/// Why each other option was not taken.
struct Rejections {
  private let evaluation: Evaluation
  private var rules: Ruleset { evaluation.rules }

  init(_ evaluation: Evaluation) {
    self.evaluation = evaluation
  }

  var notes: [Advice.Note] {
    rules.choices.flatMap { index in
      rules.tables[index].outputs.indices
        .filter { $0 != evaluation.output(of: index) && isInQuestion($0, of: index) }
        .map { option in
          let id = rules.tables[index].outputs[option]
          return Advice.Note(id: id, text: text(for: option, id: id, of: index))
        }
    }
  }

  /// Not if every row that gives the option wants another choice than the one taken: an engine of
  /// another fan-out was never in question.
  private func isInQuestion(_ option: Int, of table: Int) -> Bool {
    rules.tables[table].rows.contains { row in
      row.output == option
        && row.condition.cells.allSatisfy { cell in
          guard case .output(let tested, _) = cell.test, rules.tables[tested].isChoice else {
            return true
          }
          return evaluation.holds(cell.test)
        }
    } || written(for: rules.tables[table].outputs[option]) != nil
  }

  private func text(for option: Int, id: String, of table: Int) -> String {
    written(for: id) ?? fromTree(id, of: table) ?? fromRows(option, of: table)
  }

  /// The sentence of a table of rejections.
  private func written(for id: String) -> String? {
    for table in rules.tables(.rejections) {
      for row in evaluation.hits[table] {
        let note = evaluation.note(row: row, of: table)
        if note.id == id { return note.text }
      }
    }
    return nil
  }

  /// The first question whose answer led away from the option.
  private func fromTree(_ id: String, of table: Int) -> String? {
    let hit = evaluation.hits[table].first.map { rules.tables[table].rows[$0] }
    for cell in hit?.condition.cells ?? [] {
      guard case .output(let tested, _) = cell.test, let tree = rules.tables[tested].tree,
        let option = rules.tables[tested].outputs.firstIndex(of: id)
      else { continue }
      if evaluation.output(of: tested) == option, let hit { return evaluation.text(hit.because) }
      return leavingQuestion(tree, toward: option, in: tested)
    }
    return nil
  }

  private func leavingQuestion(_ tree: Tree, toward option: Int, in table: Int) -> String? {
    guard case .question(let question, let cell, let yes, let no) = tree else { return nil }
    let isYes = evaluation.holds(cell.test)
    let taken = isYes ? yes : no
    if leads(taken, to: option, in: table) {
      return leavingQuestion(taken, toward: option, in: table)
    }
    var text = "“\(question)” is answered \(isYes ? "yes" : "no")"
    if case .output(let tested, _) = cell.test, let row = evaluation.hits[tested].first {
      text += ": " + evaluation.text(rules.tables[tested].rows[row].because)
    }
    return text
  }

  private func leads(_ tree: Tree, to option: Int, in table: Int) -> Bool {
    switch tree {
    case .leaf(let row): rules.tables[table].rows[row].output == option
    case .question(_, _, let yes, let no):
      leads(yes, to: option, in: table) || leads(no, to: option, in: table)
    }
  }

  /// What the row that comes nearest would need.
  private func fromRows(_ option: Int, of table: Int) -> String {
    let needs =
      rules.tables[table].rows.filter { $0.output == option }
      .map { row in row.condition.cells.filter { !evaluation.holds($0.test) } }
      .min { $0.count < $1.count } ?? []
    guard !needs.isEmpty else { return "An earlier row of the table holds." }
    return "It would need " + needs.map(\.description).joined(separator: " and ") + "."
  }
}
