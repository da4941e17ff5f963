import ArgumentParser
import Diagnostics

struct Tidings: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tidings",
    abstract: "How should updates reach the clients of your system?",
    discussion: """
      Answer a few questions, or hand over a spec, and get a recommendation with its reasons.

        tidings ask --save spec.yaml
        tidings advise spec.yaml
      """,
    version: "0.1.0",
    subcommands: [Advise.self, Ask.self, Explain.self, TreeCommand.self, RulesCommand.self])
}

@main
enum Main {
  static func main() {
    Output.ignoreClosedPipes()
    do {
      var command = try Tidings.parseAsRoot()
      try command.run()
    } catch let failure as Failure {
      Output.error(failure.text)
      failure.exit()
    } catch let invalid as InvalidInput {
      Output.error(invalid.diagnostics.text)
      Failure(.data, "").exit()
    } catch {
      Tidings.exit(withError: error)
    }
  }
}
