import Diagnostics
import Foundation
import Testing
import TestSupport

/// A folder for each message: `arguments`, what it reads, and `expected`: the exit code and what
/// stands on standard error.
@Suite struct GoldenTests {
  private static let folder = Repository.root.appending(path: "Tests/CommandTests/Golden")
  static let names: [String] =
    (try? FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()) ?? []

  @Test(arguments: names)
  func saysWhatIsExpected(name: String) throws {
    let folder = Self.folder.appending(path: name)
    let arguments = try String(contentsOf: folder.appending(path: "arguments"), encoding: .utf8)
      .split(separator: "\n").map(String.init)
    let input = (try? Data(contentsOf: folder.appending(path: "input"))) ?? Data()
    let result = try Command.run(arguments, input: input, in: folder)
    // Findings about rules are the result of their command.
    let isCheck = arguments.first == "rules"
    let found = "exit \(result.status)\n\(isCheck ? result.output : "")\(result.error)"
    let file = folder.appending(path: "expected")
    if Repository.isUpdating { try Data(found.utf8).write(to: file) }
    #expect(try String(contentsOf: file, encoding: .utf8) == found)
    if result.status != 0, !isCheck { #expect(result.output.isEmpty, "a failure leaves no result") }
  }

  @Test func everyCodeHasAMessage() throws {
    let texts = try Self.names.map {
      try String(contentsOf: Self.folder.appending(path: "\($0)/expected"), encoding: .utf8)
    }
    for code in DiagnosticCode.allCases where !Self.shownElsewhere.contains(code) {
      #expect(texts.contains { $0.contains("[\(code.rawValue)]") }, "\(code.rawValue)")
    }
  }

  /// Codes whose cases are too large for a file, or need a machine that fails.
  private static let shownElsewhere: Set<DiagnosticCode> = [.unreadable, .tooLarge]
}
