import Diagnostics

/// A decision table in the sense of DMN: rows of tests, each with an output and a reason.
package struct Table: Sendable {
  package enum HitPolicy: String, CaseIterable, Sendable {
    /// The first row that holds.
    case first
    /// The one row that holds; no two may.
    case unique
    /// All rows that hold; of several with one output, the first.
    case collect
  }

  /// What an advice makes of the table's outputs.
  package enum Role: Hashable, Sendable {
    /// A step on the way, tested by later tables.
    case fact
    /// A part of the advice, with the title it stands under.
    case choice(title: String)
    case fallbacks
    case rejections
    case cautions
  }

  package var name: String
  package var role: Role
  package var meaning: String
  /// The question that the report answers with this choice.
  package var question: String?
  package var hit: HitPolicy
  package var outputs: [String]
  package var rows: [Row]
  /// The tree that the rows were compiled from, if the table was written as one.
  package var tree: Tree?
  package var location: Location
}

extension Table {
  package var isChoice: Bool {
    if case .choice = role { return true }
    return false
  }
}

/// A row: if all its tests hold, its output.
package struct Row: Sendable {
  package var condition: Condition
  /// An index into the table's outputs.
  package var output: Int
  package var because: Template
  /// Where a threshold of the row comes from.
  package var source: String?
  package var location: Location
  /// The last line that belongs to the row.
  package var lastLine: Int
}

extension Row {
  /// `choose-transport.yaml:31`, without the folder.
  package var rule: String {
    let file = location.file.split(separator: "/").last.map(String.init) ?? location.file
    return "\(file):\(location.line)"
  }
}

/// Tests that must all hold.
package struct Condition: Sendable {
  package var cells: [Cell]

  package init(_ cells: [Cell] = []) {
    self.cells = cells
  }
}

/// One test as it is written, and what it says.
package struct Cell: Sendable {
  /// The fact, number or table that is tested, as it is written.
  package var subject: String
  /// The test as it is written.
  package var text: String
  package var test: Test
  package var location: Location
}

package enum Test: Hashable, Sendable {
  case variable(Int, in: Subset)
  /// A mask of the outputs of another table.
  case output(table: Int, in: UInt64)
  case number(Int, within: Bounds)
  /// `-`: always holds.
  case any
}

/// A question, or an answer at the end of a path.
package indirect enum Tree: Sendable {
  case question(String, cell: Cell, yes: Tree, no: Tree)
  /// An index into the rows of the table.
  case leaf(row: Int)
}
