import ArgumentParser
import Diagnostics
import Reports
import Rules

struct Explain: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Print the card of an option, a caution or a fact, or the row of a rule.")

  @Argument(
    help: "An id such as sse, proxy-idle or updates.freshness, or choose-transport.yaml:31.")
  var id: String?

  @OptionGroup var rules: RulesOption

  func run() throws {
    let explanations = Explanations(try rules.load(), Output.style())
    guard let id else { return try Output.result(explanations.index) }
    guard let text = explanations.card(id) ?? row(id, explanations) else {
      throw Failure(.usage, problem(id, explanations).text)
    }
    try Output.result(text)
  }

  private func row(_ id: String, _ explanations: Explanations) -> String? {
    guard let (file, line) = Self.place(id) else { return nil }
    return explanations.row(file: file, line: line)
  }

  private static func place(_ id: String) -> (file: String, line: Int)? {
    guard let colon = id.lastIndex(of: ":"), let line = Int(id[id.index(after: colon)...]) else {
      return nil
    }
    return (String(id[..<colon]), line)
  }

  private func problem(_ id: String, _ explanations: Explanations) -> Diagnostic {
    if let (file, line) = Self.place(id) {
      let isKnown = explanations.files.contains(file)
      return Diagnostic(
        .unknownReference,
        isKnown ? "no row stands at line \(line) of \(file)" : "no file of rules is called \(file)",
        help: "files with rows: \(explanations.files.joined(separator: ", "))",
        suggestion: isKnown ? nil : NearestName.of(file, among: explanations.files))
    }
    return Diagnostic(
      .unknownReference, "nothing is called \(id)",
      help: "tidings explain, without an argument, lists what can be explained",
      suggestion: NearestName.of(id, among: explanations.ids))
  }
}
