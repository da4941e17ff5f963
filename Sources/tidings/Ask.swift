#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

import Advisor
import ArgumentParser
import Diagnostics
import Interview
import JSON
import Reports
import Rules
import Specs

struct Ask: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Ask what matters, a question a line, then recommend.",
    discussion: """
      Only questions whose answer can still change the recommendation are asked. An empty line \
      takes the default; key=value answers any other question. It works the same from a pipe, where \
      a wrong answer, or an end before the last question, ends it with exit code 65.
      """)

  @Argument(help: "A spec that answers some of the questions; - is not taken here.")
  var spec: String?

  @Option(
    help: """
      Write the answers to this file, as a spec. The file must not be there yet, unless it is SPEC \
      itself, which is then written anew, without comments of your own.
      """)
  var save: String?

  @Flag(help: "List the questions as JSON and ask nothing.")
  var json = false

  @OptionGroup var rules: RulesOption

  func validate() throws {
    if spec == "-" {
      throw ValidationError("Answers come from standard input; name the spec's file.")
    }
    if save?.isEmpty == true { throw ValidationError("--save wants a file's name.") }
  }

  func run() throws {
    let rules = try rules.load()
    let known =
      try spec.map { try SpecFile.read($0, rules, isPartial: true) } ?? Assignment(rules.facts)
    var interview = Interview(rules, knowing: known, defaultName: nameFromFile(rules))
    if json {
      return try Output.result(
        JSONValue.array(interview.openQuestions.map(\.json)).text() + "\n")
    }
    // Found out before the first question, so that no answer is lost to it.
    let file = try save.map { path throws(Failure) in try NewFile(at: path, replacing: spec) }
    try ask(&interview)
    try file?.write(SpecWriter(rules).text(interview.assignment))
    let advice = try Advisor(rules).advise(interview.assignment)
    try Output.result(AdviceText(advice, rules, Output.style()).text)
  }

  private func ask(_ interview: inout Interview) throws {
    var lines = InputLines()
    let style = Output.style(for: STDERR_FILENO)
    while let question = interview.question {
      Output.note(question.text(style))
      guard let line = try lines.next() else {
        Output.note("\n")
        throw Failure(.data, Self.missing(interview.openQuestions).text)
      }
      // On a terminal the user's own line end is seen already.
      Output.note(Input.isTerminal ? "\n" : "\(TerminalText.escape(line))\n\n")
      do throws(InvalidInput) {
        try interview.answer(line)
      } catch {
        let text = Self.at(line: lines.number, error.diagnostics).text
        // From a pipe the next line answers the next question, so asking again would mix them up.
        guard Input.isTerminal else { throw Failure(.data, text) }
        Output.note(text + "\n\n")
      }
    }
  }

  private static func missing(_ questions: [Question]) -> Diagnostic {
    let facts = questions.map(\.fact.id).joined(separator: ", ")
    return Diagnostic(
      .missingFacts, "the input ended before all was answered; still missing: \(facts)",
      help: "answer them, an empty line takes the default; tidings ask --json lists them")
  }

  /// An answer is one line of the input; its findings stand in that line.
  private static func at(line: Int, _ diagnostics: [Diagnostic]) -> [Diagnostic] {
    diagnostics.map { diagnostic in
      var result = diagnostic
      result.location?.line = line
      return result
    }
  }

  /// `live-comments` for `--save specs/live-comments.yaml`, if that is a name.
  private func nameFromFile(_ rules: Ruleset) -> String? {
    guard let file = save?.split(separator: "/").last, let fact = rules.fact("name"),
      let stem = file.split(separator: ".").first
    else { return nil }
    return try? AnswerReader(fact, place: "--save").read(String(stem)).description
  }
}
