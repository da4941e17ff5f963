import ArgumentParser
import Reports
import Rules

struct TreeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tree",
    abstract: "Draw the decision tree, with a spec's path on it.")

  enum Format: String, ExpressibleByArgument, CaseIterable {
    case text
    case mermaid
  }

  @Argument(help: "The requirements whose path is drawn; - for standard input.")
  var spec: String?

  @Option(help: "How to draw it: text or mermaid.")
  var format: Format = .text

  @OptionGroup var rules: RulesOption

  func run() throws {
    let rules = try rules.load()
    let evaluation = try spec.map { Evaluation(rules, try SpecFile.read($0, rules)) }
    switch format {
    case .text: try Output.result(TreeText(rules, path: evaluation, Output.style()).text)
    case .mermaid: try Output.result(TreeMermaid(rules, path: evaluation).text)
    }
  }
}
