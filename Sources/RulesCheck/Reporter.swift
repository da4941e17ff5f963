import Diagnostics
import Rules

/// Words for what proofs find.
struct Reporter {
  let rules: Ruleset

  func gap(_ table: Table, in region: Region, _ index: Int) throws -> Finding {
    let witness = WitnessSpec(rules: rules).spec(in: region)
    if let witness {
      // What the proof says must be what the engine does.
      let evaluation = Evaluation(rules, rules.assignment(at: witness.point))
      guard evaluation.hits[index].isEmpty else { throw Disagreement() }
    }
    return Finding(
      diagnostic: Diagnostic(
        .gap, "the table \(table.name) has no row for some facts", at: table.location,
        help: "add a row for them, or a last row without tests"),
      witness: witness?.text)
  }

  /// The proof and the engine say different things: a bug of ours, never told as a result.
  struct Disagreement: Error {}

  func disagreement(_ table: Table) -> Finding {
    Finding(
      diagnostic: Diagnostic(
        .undecided, "the proof of the table \(table.name) and its evaluation disagree",
        at: table.location, help: "this is a bug of tidings; please report it with the rules"))
  }

  func overlap(
    _ table: Table, _ first: Int, _ second: Int, in region: Region
  ) throws -> Finding {
    let witness = WitnessSpec(rules: rules).spec(in: region)
    if let witness {
      let evaluation = Evaluation(rules, rules.assignment(at: witness.point))
      guard [first, second].allSatisfy({ evaluation.holds(table.rows[$0].condition) }) else {
        throw Disagreement()
      }
    }
    return Finding(
      diagnostic: Diagnostic(
        .overlap,
        "two rows of the unique table \(table.name) can hold at once, this and "
          + table.rows[first].rule,
        at: table.rows[second].location,
        help: "narrow one of them; the other is \(table.rows[first].notation(in: table))"),
      row: table.rows[second].notation(in: table),
      witness: witness?.text)
  }

  func unreached(_ table: Table, _ row: Int) -> Finding {
    finding(
      .unreached, table, row, "a row of the table \(table.name) is never reached",
      help: "its tests contradict each other, or rows above it take all that it would")
  }

  func redundant(_ table: Table, _ row: Int) -> Finding {
    finding(
      .redundant, table, row, "a row of the table \(table.name) changes nothing",
      help: "the rows below give the same output for the same reason wherever it holds")
  }

  func twin(_ table: Table, _ first: Int, _ row: Int, isSame: Bool) -> Finding {
    finding(
      isSame ? .duplicateRow : .contradiction, table, row,
      isSame
        ? "a row of the table \(table.name) stands twice"
        : "two rows of the table \(table.name) have the same tests and different outputs",
      help: "the other stands at \(table.rows[first].rule)")
  }

  func undecided(_ table: Table, _ region: Region?, _ maximumParts: Int) -> Finding {
    let reason =
      region == nil
      ? "within \(maximumParts) parts of the space"
      : "where \(region?.inequalities.count ?? 0) bounds on derived numbers meet"
    return Finding(
      diagnostic: Diagnostic(
        .undecided, "the table \(table.name) cannot be decided \(reason)", at: table.location,
        help: "use fewer or simpler tests; what is not decided counts as wrong"))
  }

  func finding(
    _ code: DiagnosticCode, _ table: Table, _ row: Int, _ message: String, help: String
  ) -> Finding {
    Finding(
      diagnostic: Diagnostic(code, message, at: table.rows[row].location, help: help),
      row: table.rows[row].notation(in: table))
  }
}
