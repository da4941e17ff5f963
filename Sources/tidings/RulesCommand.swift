import ArgumentParser
import Diagnostics
import JSON
import RulesCheck

struct RulesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rules", abstract: "Work on the rules themselves.",
    subcommands: [RulesCheckCommand.self])
}

struct RulesCheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Prove that the rules have no gap, overlap, unreached row or loose end.",
    discussion: """
      Findings stand on standard output, each with its place and, where there is one, a spec that
      shows it; then the exit code is 65. Exit code 0 says that all was proved.
      """)

  enum Format: String, ExpressibleByArgument, CaseIterable {
    case text
    case json
  }

  @Option(help: "How to write the findings: text or json.")
  var format: Format = .text

  @OptionGroup var rules: RulesOption

  func run() throws {
    var findings: [Finding]
    var summary = ""
    do {
      let loaded = try rules.load()
      let checker = RulesChecker(loaded, folder: rules.prefix)
      findings = checker.findings()
      summary = checker.summary
    } catch let invalid as InvalidInput {
      // Rules that cannot be evaluated have findings like any others.
      findings = invalid.diagnostics.map { Finding(diagnostic: $0) }
    }
    switch format {
    case .json:
      try Output.result(JSONValue.array(findings.map(\.json)).text() + "\n")
    case .text:
      try Output.result(
        findings.isEmpty ? summary + "\n" : findings.map(\.text).joined(separator: "\n") + "\n")
    }
    if !findings.isEmpty {
      throw Failure(.data, "\(findings.count) finding\(findings.count == 1 ? "" : "s")")
    }
  }
}
