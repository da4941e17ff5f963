import Advisor
import ArgumentParser
import JSON
import Reports
import Rules

struct Advise: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Recommend how updates reach the clients of a system, with the reasons.")

  enum Format: String, ExpressibleByArgument, CaseIterable {
    case text
    case markdown
    case json
  }

  @Argument(help: "The requirements, a YAML file; - for standard input.")
  var spec: String

  @Option(help: "How to write it: text, markdown or json.")
  var format: Format = .text

  @OptionGroup var set: SetOption
  @OptionGroup var rules: RulesOption

  func run() throws {
    let rules = try rules.load()
    let assignment = try SpecFile.read(spec, rules, setting: set.overrides)
    let advice = try Advisor(rules).advise(assignment)
    switch format {
    case .text: try Output.result(AdviceText(advice, rules, Output.style()).text)
    case .markdown: try Output.result(AdviceMarkdown(advice, rules).text)
    case .json: try Output.result(advice.json.text() + "\n")
    }
  }
}
