import ArgumentParser
import Diagnostics
import Rules
import Specs

enum SpecFile {
  /// Reads a spec, with `KEY=VALUE` in place of what it says, and tells its warnings.
  static func read(
    _ path: String, _ rules: Ruleset, setting overrides: [String] = [], isPartial: Bool = false
  ) throws -> Assignment {
    try read(
      try Input.read(path), named: path, rules, setting: overrides, isPartial: isPartial)
  }

  static func read(
    _ bytes: [UInt8], named path: String, _ rules: Ruleset, setting overrides: [String],
    isPartial: Bool = false
  ) throws -> Assignment {
    let overrides = try overrides.map { text throws(Failure) in
      do throws(InvalidInput) {
        return try Override(text, place: "--set", rules)
      } catch {
        // What is wrong stands on the command line, not in the data.
        throw Failure(.usage, error.diagnostics.text)
      }
    }
    let spec = try SpecReader(rules).read(
      bytes, file: path == "-" ? "<stdin>" : path, isPartial: isPartial,
      providing: Set(overrides.map(\.fact)))
    var assignment = spec.assignment
    for override in overrides { assignment.state(override.fact, as: override.value) }
    Output.error(spec.warnings(for: assignment, rules).text)
    return assignment
  }
}

struct SetOption: ParsableArguments {
  @Option(
    name: .customLong("set"),
    help: ArgumentHelp(
      "Override a key of the spec, for a what-if: updates.freshness=5s.", valueName: "key=value"))
  var overrides: [String] = []
}
