import ArgumentParser
import Diagnostics

struct Tidings: ParsableCommand {
  static let version = "0.2.0"

  static let configuration = CommandConfiguration(
    commandName: "tidings",
    abstract: "How should updates reach the clients of your system?",
    discussion: """
      Answer a few questions, or hand over a spec, and get a recommendation with its reasons.

        tidings ask --save spec.yaml
        tidings advise spec.yaml
        tidings new spec.yaml my-project
      """,
    version: version,
    subcommands: [
      Advise.self, Ask.self, New.self, Explain.self, TreeCommand.self, RulesCommand.self,
    ])
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
      finish(error)
    }
  }

  /// Help and the version are results; all else that the parser has to say may quote the command
  /// line, which is text from outside.
  private static func finish(_ error: any Error) -> Never {
    let message = Tidings.fullMessage(for: error)
    let code = Tidings.exitCode(for: error)
    if code.isSuccess {
      do {
        try Output.result(message.isEmpty ? "" : message + "\n")
      } catch {
        Output.error(error.text)
        error.exit()
      }
    } else {
      let lines = message.split(separator: "\n", omittingEmptySubsequences: false)
      Output.error(lines.map(TerminalText.escape).joined(separator: "\n"))
    }
    Tidings.exit(withError: code)
  }
}
