import Diagnostics
import Rules
import Specs

/// Words for what proofs find.
struct Reporter {
  let rules: Ruleset

  func gap(_ table: Table, in region: Region, _ index: Int) throws -> Finding {
    let witness = WitnessSpec(rules: rules).spec(in: region)
    guard try evaluation(of: witness)?.hits[index].isEmpty != false else { throw Disagreement() }
    return Finding(
      diagnostic: Diagnostic(
        .gap, "the table \(table.name) has no row for some facts", at: table.location,
        help: "add a row for them, or a last row without tests"),
      witness: witness)
  }

  /// What the proof says must be what the engine does, for the very text that is told.
  private func evaluation(of witness: String?) throws -> Evaluation? {
    guard let witness else { return nil }
    let spec = try? SpecReader(rules).read(Array(witness.utf8), file: "witness")
    guard let spec else { throw Disagreement() }
    return Evaluation(rules, spec.assignment)
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
    if let evaluation = try evaluation(of: witness),
      ![first, second].allSatisfy({ evaluation.holds(table.rows[$0].condition) })
    {
      throw Disagreement()
    }
    return Finding(
      diagnostic: Diagnostic(
        .overlap,
        "two rows of the unique table \(table.name) can hold at once, this and "
          + table.rows[first].rule,
        at: table.rows[second].location,
        help: "narrow one of them; the other is \(table.rows[first].notation(in: table))"),
      row: table.rows[second].notation(in: table),
      witness: witness)
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

  /// - Parameter region: where inequalities could not be decided; `nil` if the parts ran out.
  func undecided(_ table: Table, _ region: Region?) -> Finding {
    Finding(
      diagnostic: Diagnostic(
        .undecided, "the table \(table.name) cannot be decided \(Self.reason(region))",
        at: table.location, help: "use fewer or simpler tests; what is not decided counts as wrong")
    )
  }

  func undecided(_ cell: Cell, _ table: Table, _ row: Int, _ region: Region?) -> Finding {
    var finding = finding(
      .undecided, table, row,
      "whether the test \(cell) can hold, and can fail, cannot be decided \(Self.reason(region))",
      help: "test a wider interval; what is not decided counts as wrong")
    finding.diagnostic.location = cell.location
    return finding
  }

  private static func reason(_ region: Region?) -> String {
    guard let region else { return "within the parts of the space that a check may take" }
    let names = region.inequalities.count == 1 ? "a bound" : "\(region.inequalities.count) bounds"
    return "where \(names) on derived numbers leave hardly a whole number"
  }

  func finding(
    _ code: DiagnosticCode, _ table: Table, _ row: Int, _ message: String, help: String
  ) -> Finding {
    Finding(
      diagnostic: Diagnostic(code, message, at: table.rows[row].location, help: help),
      row: table.rows[row].notation(in: table))
  }
}
