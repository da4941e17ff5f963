import ArgumentParser
import Diagnostics
import EmbeddedText
import Rules
import Specs
import Starters

struct New: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Generate a Swift project that runs on the advised design.",
    discussion: """
      DIRECTORY must be absent or empty; it gets all files or none. A choice that is not the advised \
      one is taken as it is, and its price stands in DECISION.md.
      """)

  @Argument(help: "The requirements, a YAML file; - for standard input.")
  var spec: String

  @Argument(help: "The directory of the project.")
  var directory: String

  @Option(help: "Take this transport.")
  var transport: String?

  @Option(name: .customLong("fan-out"), help: "Take this fan-out.")
  var fanOut: String?

  @Option(help: "Take this engine, and with it its fan-out.")
  var engine: String?

  @OptionGroup var set: SetOption

  @Flag(name: .customLong("dry-run"), help: "List what would be written, and write nothing.")
  var isDryRun = false

  @Flag(help: "Take a transport that the clients' networks refuse.")
  var force = false

  func run() throws {
    let rules = try RulesOption.builtIn()
    let bytes = try Input.read(spec)
    let assignment = try SpecFile.read(bytes, named: spec, rules, setting: set.overrides)
    let target = try newDirectory()
    let planner = try Planner(sources: Self.sources, version: Tidings.version)
    try refuseNamesake(planner.pieces)
    let result = try choose(assignment, rules, planner.pieces)
    let requirements =
      set.overrides.isEmpty
      ? String(decoding: bytes, as: UTF8.self) : SpecWriter(rules).text(assignment)
    let decision = DecisionRecord(
      result.design, advised: result.advised, chosen: result.chosen, leftOut: result.leftOut, rules)
    let plan = try planner.plan(
      result.design, requirements: requirements, decision: decision.text)
    if isDryRun { return try Output.result(Self.list(plan)) }
    do throws(NewDirectory.Problem) {
      try target.write(plan)
    } catch {
      throw failure(error)
    }
    tell(result, plan)
    try Output.result(directory + "\n")
  }

  private static let sources = ["templates", "Sources/Kit"].flatMap { folder in
    EmbeddedText.files(below: folder).map { (path: "\(folder)/\($0.path)", text: $0.text) }
  }

  private func choose(
    _ assignment: Assignment, _ rules: Ruleset, _ pieces: Pieces
  ) throws -> Chooser.Result {
    let wishes = Chooser.Wishes(
      transport: transport, fanOut: fanOut, engine: engine, isForced: force)
    do {
      return try Chooser(rules, pieces).choose(assignment, wishes)
    } catch let refusal as Chooser.Refusal {
      switch refusal {
      case .misfit(let text, let help): throw Failure(.usage, "error: \(text)\nhelp: \(help)")
      case .notBuilt(let text, let help):
        throw Failure(.unavailable, "error: \(text)\nhelp: \(help)")
      }
    }
  }

  private func newDirectory() throws(Failure) -> NewDirectory {
    do throws(NewDirectory.Problem) {
      return try NewDirectory(directory)
    } catch {
      throw failure(error)
    }
  }

  private func failure(_ problem: NewDirectory.Problem) -> Failure {
    let name = TerminalText.escape(directory)
    return switch problem {
    case .noName:
      Failure(.usage, "error: \(name) has no name of its own\nhelp: name a new directory")
    case .isLink: Failure(.cannotCreate, "error: \(name) is a link; name another directory")
    case .isFile: Failure(.cannotCreate, "error: \(name) is a file; name another directory")
    case .isNotEmpty:
      Failure(.cannotCreate, "error: \(name) is not empty; name another directory")
    case .cannotCreate(let number):
      Failure(.cannotCreate, "error: cannot create \(name): \(Descriptor.describe(number))")
    case .cannotWrite(let number):
      Failure(.inputOutput, "error: cannot write \(name): \(Descriptor.describe(number))")
    }
  }

  /// For a shell, and for a terminal.
  private static func quoted(_ path: String) -> String {
    let isPlain = path.utf8.allSatisfy { byte in
      byte >= 0x80 || Character(Unicode.Scalar(byte)).isLetter
        || Character(Unicode.Scalar(byte)).isNumber || "/._-".utf8.contains(byte)
    }
    let whole = path.hasPrefix("-") ? "./" + path : path
    return TerminalText.escape(
      isPlain ? whole : "'" + whole.replacing("'", with: "'\\''") + "'")
  }

  /// SwiftPM names a package by its folder, so this one would take a dependency's place.
  private func refuseNamesake(_ pieces: Pieces) throws(Failure) {
    let name = directory.split(separator: "/").last.map { $0.lowercased() }
    guard let found = pieces.packages.first(where: { $0.name.lowercased() == name }) else { return }
    throw Failure(
      .cannotCreate,
      "error: SwiftPM would take this directory for the dependency \(found.name)\n"
        + "help: give it another name")
  }

  private static func list(_ plan: Plan) -> String {
    let width = plan.files.map { String($0.lines).count }.max() ?? 0
    let lines = plan.files.map { file in
      let number = String(file.lines)
      return String(repeating: " ", count: width - number.count) + "\(number)  \(file.path)\n"
    }
    return lines.joined()
  }

  private func tell(_ result: Chooser.Result, _ plan: Plan) {
    let design = result.design
    Output.note(
      """
      \(design.name): \(design.transport.id), \(design.engine.fanOut), \(design.engine.id); \
      \(plan.files.count) files. Why, and what it costs: DECISION.md.

      """)
    if !result.leftOut.isEmpty {
      Output.note("Left out, not generated yet: \(result.leftOut.joined(separator: ", ")).\n")
    }
    // Without the service that it needs the server alone would not do much.
    let command =
      plan.files.contains { $0.path == "script/cluster" } ? "script/cluster" : "swift run"
    Output.note("Next: cd \(Self.quoted(directory)) && \(command)\n")
  }
}
