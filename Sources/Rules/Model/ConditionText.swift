extension Condition {
  /// As a table writes it: `clients.connected "> 20_000", transport sse`.
  package var text: String {
    cells.isEmpty ? "always" : cells.map(\.description).joined(separator: " and ")
  }
}

extension Cell: CustomStringConvertible {
  package var description: String { "\(subject): \(text)" }
}
