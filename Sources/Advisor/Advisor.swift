import Diagnostics
import Rules

/// Turns requirements into an advice.
package struct Advisor {
  private let rules: Ruleset

  package init(_ rules: Ruleset) {
    self.rules = rules
  }

  /// - Throws: `InvalidInput` if a table of the rules has no row for these facts. The embedded rules
  ///   have one for all.
  /// - Parameter chosen: what is decided already, by the name of the choice; costs, cautions and
  ///   fallbacks follow it. What stands in no choice of the rules is ignored.
  package func advise(
    _ assignment: Assignment, choosing chosen: [String: String] = [:]
  ) throws(InvalidInput) -> Advice {
    let evaluation = Evaluation(rules, assignment, choosing: indices(of: chosen))
    try refuseGaps(evaluation)
    let figures = CostFigures(evaluation)
    try refuseInfinities(figures)
    let flips = Flips(evaluation).all()
    return Advice(
      name: word("name", assignment) ?? "",
      summary: word("summary", assignment),
      choices: rules.choices.compactMap { choice($0, evaluation) },
      fallbacks: notes(of: .fallbacks, evaluation),
      rejected: Rejections(evaluation).notes,
      flips: flips,
      cautions: notes(of: .cautions, evaluation),
      costs: rules.costs.map {
        Advice.CostFigure(cost: $0, value: figures.values[$0.id] ?? 0)
      },
      defaults: UsedDefaults(evaluation, figures, flips: flips).all())
  }

  /// Why the networks of these clients do not carry a choice that somebody wants; nil if they do.
  ///
  /// A table that corrects the answer of another, with the same outputs, says so: it is asked with the
  /// wish in place of that answer.
  package func refusal(of id: String, as choice: String, _ assignment: Assignment) -> String? {
    guard let table = rules.tableIndex(choice), let output = output(id, of: table),
      let wanted = rules.tables.indices.first(where: {
        $0 != table && rules.tables[$0].outputs == rules.tables[table].outputs
      })
    else { return nil }
    let evaluation = Evaluation(rules, assignment, choosing: [wanted: output])
    guard evaluation.output(of: table) != output, let row = evaluation.hits[table].first else {
      return nil
    }
    return evaluation.text(rules.tables[table].rows[row].because)
  }

  private func indices(of chosen: [String: String]) -> [Int: Int] {
    var indices: [Int: Int] = [:]
    for (choice, id) in chosen {
      guard let table = rules.tableIndex(choice), let output = output(id, of: table) else {
        continue
      }
      indices[table] = output
    }
    return indices
  }

  private func output(_ id: String, of table: Int) -> Int? {
    rules.tables[table].outputs.firstIndex(of: id)
  }

  private func refuseGaps(_ evaluation: Evaluation) throws(InvalidInput) {
    let findings = evaluation.gaps.map { index in
      let table = rules.tables[index]
      return Diagnostic(
        .noRowHolds, "no row of the table \(table.name) holds for these facts", at: table.location,
        help: "add a row for them, or a last row without tests")
    }
    if !findings.isEmpty { throw InvalidInput(findings) }
  }

  private func refuseInfinities(_ figures: CostFigures) throws(InvalidInput) {
    let findings = rules.costs.filter { figures.values[$0.id]?.isFinite != true }.map { cost in
      Diagnostic(
        .badFormula, "the cost \(cost.id) divides by zero for these facts", at: cost.location,
        help: "divide by what cannot be 0, such as max(1, …)")
    }
    if !findings.isEmpty { throw InvalidInput(findings) }
  }

  private func word(_ id: String, _ assignment: Assignment) -> String? {
    guard let fact = rules.factIndex(id), case .word(let word)? = assignment.values[fact] else {
      return nil
    }
    return word
  }

  private func choice(_ index: Int, _ evaluation: Evaluation) -> Advice.Choice? {
    let table = rules.tables[index]
    guard case .choice(let title) = table.role, let id = evaluation.outputName(of: index) else {
      return nil
    }
    return Advice.Choice(
      name: table.name, title: title, question: table.question, id: id,
      because: Reasons(evaluation).reasons(for: index))
  }

  private func notes(of role: Table.Role, _ evaluation: Evaluation) -> [Advice.Note] {
    rules.tables(role).flatMap { index in
      evaluation.hits[index].map { evaluation.note(row: $0, of: index) }
    }
  }
}

extension Evaluation {
  func note(row: Int, of table: Int) -> Advice.Note {
    let hit = rules.tables[table].rows[row]
    return Advice.Note(id: rules.tables[table].outputs[hit.output], text: text(hit.because))
  }

  /// The outputs of all choices, in order: what a flip changes.
  var decision: [String?] { rules.choices.map { outputName(of: $0) } }
}
