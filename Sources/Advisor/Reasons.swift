import Rules

/// The rows that led to an output, in the order in which one would tell them.
struct Reasons {
  private let evaluation: Evaluation

  init(_ evaluation: Evaluation) {
    self.evaluation = evaluation
  }

  func reasons(for table: Int) -> [Advice.Reason] {
    var seen: Set<String> = []
    return chain(table).filter { seen.insert($0.rule).inserted }
  }

  /// The row that was hit and, for each earlier table that it tests, the same again. Other choices
  /// have reasons of their own.
  private func chain(_ index: Int) -> [Advice.Reason] {
    guard let row = evaluation.hits[index].first else { return [] }
    let rules = evaluation.rules
    let own = Advice.Reason(
      rule: rules.tables[index].rows[row].rule,
      text: evaluation.text(rules.tables[index].rows[row].because),
      facts: evaluation.facts(deciding: row, of: index).map { rules.facts[$0].id })
    var before: [Advice.Reason] = []
    var after: [Advice.Reason] = []
    let output = evaluation.outputName(of: index)
    for cell in rules.tables[index].rows[row].condition.cells {
      guard case .output(let tested, _) = cell.test, !rules.tables[tested].isChoice else {
        continue
      }
      // What confirms another table's answer comes after it; what corrects it, before.
      if rules.tables[tested].outputs == rules.tables[index].outputs,
        evaluation.outputName(of: tested) == output
      {
        before += chain(tested)
      } else {
        after += chain(tested)
      }
    }
    return before + [own] + after
  }
}
