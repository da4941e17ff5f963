/// One finding about an input: what is wrong, where, and what would be right.
package struct Diagnostic: Hashable, Sendable {
  package enum Severity: String, Sendable {
    case error
    case warning
  }

  package var code: DiagnosticCode
  package var severity: Severity
  /// What is wrong, as a sentence without its full stop. May hold text of the input, unescaped.
  package var message: String
  package var location: Location?
  /// The line that `location` points into, as it stands in the input; of a long one a part.
  package private(set) var snippet: String?
  /// The column of the line at which `snippet` begins.
  package private(set) var snippetColumn = 1
  /// What would be right.
  package var help: String?
  /// The nearest right text for what was written, if one is near.
  package var suggestion: String?

  package init(
    _ code: DiagnosticCode,
    severity: Severity = .error,
    _ message: String,
    at location: Location? = nil,
    snippet: String? = nil,
    help: String? = nil,
    suggestion: String? = nil
  ) {
    self.code = code
    self.severity = severity
    self.message = message
    self.location = location
    self.help = help
    self.suggestion = suggestion
    quote(snippet)
  }

  /// Takes a line as the snippet. A hundred findings in one line must not keep the line a hundred
  /// times, so only what can be shown around the place is kept.
  package mutating func quote(_ line: String?) {
    snippet = line
    snippetColumn = 1
    let reach = 200
    guard let line, let location, line.utf8.count > 4 * reach else { return }
    let scalars = Array(line.unicodeScalars)
    let start = min(max(0, location.column - 1 - reach), scalars.count)
    let end = min(scalars.count, start + 2 * reach)
    var part = String.UnicodeScalarView()
    part.append(contentsOf: scalars[start..<end])
    snippet = String(part)
    snippetColumn = start + 1
  }
}

extension Diagnostic {
  /// Whether it comes first in the order of the input; what has no place comes last.
  package func precedes(_ other: Diagnostic) -> Bool {
    guard let location, let place = other.location else { return location != nil }
    return location < place
  }
}

/// Everything that is wrong with an input, in the order of the input.
package struct InvalidInput: Error, Sendable {
  package var diagnostics: [Diagnostic]

  package init(_ diagnostics: [Diagnostic]) {
    self.diagnostics = diagnostics
  }
}
