/// A place in an input, as an editor counts it.
package struct Location: Hashable, Sendable {
  /// The file's name as the user gave it.
  package var file: String
  /// Counted from 1.
  package var line: Int
  /// Counted in Unicode scalars, from 1.
  package var column: Int
  /// How many Unicode scalars of the line are meant; at least 1.
  package var length: Int

  package init(file: String, line: Int, column: Int, length: Int = 1) {
    self.file = file
    self.line = line
    self.column = column
    self.length = max(1, length)
  }
}

extension Location: Comparable {
  package static func < (left: Location, right: Location) -> Bool {
    (left.file, left.line, left.column) < (right.file, right.line, right.column)
  }
}

extension Location: CustomStringConvertible {
  package var description: String { "\(file):\(line):\(column)" }
}
