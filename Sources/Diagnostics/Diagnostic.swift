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
  /// The whole line that `location` points into, as it stands in the input.
  package var snippet: String?
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
    self.snippet = snippet
    self.help = help
    self.suggestion = suggestion
  }
}

/// Everything that is wrong with an input, in the order of the input.
package struct InvalidInput: Error, Sendable {
  package var diagnostics: [Diagnostic]

  package init(_ diagnostics: [Diagnostic]) {
    self.diagnostics = diagnostics
  }
}
