import Foundation
import Testing
import TestSupport

@Suite struct CommandTests {
  private static let spec = "tidings: 1\nname: a\nupdates: {freshness: 1s}\n"

  @Test func helpListsWhatExists() throws {
    let help = try Command.run("--help")
    #expect(help.status == 0)
    for command in ["advise", "ask", "new", "explain", "tree"] {
      #expect(help.output.contains(command))
    }
    #expect(!help.output.contains("compare"))
    #expect(try Command.run("--version").output == "0.2.0\n")
  }

  static let misuses: [(arguments: [String], status: Int32)] = [
    (["nonsense"], 64), (["advise"], 64), (["advise", "-", "--format", "xml"], 64),
    (["advise", "-", "--set", "updates.freshness=fast"], 64), (["advise", "-", "--set", "x"], 64),
    (["advise", "absent.yaml"], 66), (["advise", "Sources"], 66), (["advise", "README.md/x"], 66),
    (["explain", "sze"], 64), (["explain", "choose-transport.yaml:1"], 64),
    (["tree", "absent"], 66),
    (["advise", "-", "--rules", "absent"], 66), (["ask", "-"], 64), (["ask", "absent.yaml"], 66),
  ]

  @Test(arguments: misuses)
  func exitsAsSysexitsSays(arguments: [String], status: Int32) throws {
    let result = try Command.run(arguments, input: Data(Self.spec.utf8))
    #expect(result.status == status, "\(result.error)")
    #expect(result.output.isEmpty)
    #expect(!result.error.isEmpty)
  }

  @Test func advisesFromAFileAndFromStandardInput() throws {
    let fromInput = try Command.run("advise", "-", input: Self.spec)
    #expect(fromInput.status == 0)
    #expect(fromInput.error.isEmpty)
    #expect(fromInput.output.contains("Server-Sent Events (sse)"))
    try Command.withScratchFolder { folder in
      try Data(Self.spec.utf8).write(to: folder.appending(path: "s.yaml"))
      let fromFile = try Command.run(["advise", "s.yaml"], in: folder)
      #expect(fromFile.output == fromInput.output)
    }
  }

  @Test func setOverridesAKey() throws {
    func transport(_ overrides: String...) throws -> String? {
      let arguments = ["advise", "-", "--format", "json"] + overrides.flatMap { ["--set", $0] }
      let result = try Command.run(arguments, input: Data(Self.spec.utf8))
      let object = try JSONSerialization.jsonObject(with: Data(result.output.utf8))
      return ((object as? [String: Any])?["transport"] as? [String: Any])?["id"] as? String
    }
    #expect(try transport() == "sse")
    #expect(try transport("updates.freshness=5s") == "polling")
    #expect(try transport("updates.freshness=5s", "updates.freshness=1s") == "sse")
    #expect(try transport("clients.network=[no-streaming]") == "long-polling")
  }

  @Test func setCanSupplyWhatTheSpecLacks() throws {
    let result = try Command.run(
      ["advise", "-", "--set", "name=other"], input: Data("tidings: 1\n".utf8))
    #expect(result.status == 0, "\(result.error)")
    #expect(result.output.hasPrefix("other\n"))
  }

  @Test func colorsNothingThatIsNoTerminal() throws {
    for arguments in [["advise", "-"], ["tree", "-"], ["explain", "sse"], ["explain"]] {
      let result = try Command.run(
        arguments, input: Data(Self.spec.utf8), environment: ["TERM": "xterm"])
      #expect(!result.output.contains("\u{1B}"))
    }
  }

  @Test func explainsWhatAnAdviceNames() throws {
    let result = try Command.run("advise", "-", "--format", "json", input: Self.spec)
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
    for choice in ["transport", "fan-out", "engine"] {
      let choice = try #require(object[choice] as? [String: Any])
      let because = try #require(choice["because"] as? [[String: Any]])
      for reason in because {
        let row = try Command.run("explain", try #require(reason["rule"] as? String))
        #expect(row.status == 0)
        #expect(row.output.contains("Because"))
      }
      #expect(try Command.run("explain", try #require(choice["id"] as? String)).status == 0)
    }
  }

  @Test func drawsTheTree() throws {
    #expect(try Command.run("tree").output.hasPrefix("Latency sensitive?\n├── no ─▶ polling\n"))
    let mermaid = try Command.run("tree", "-", "--format", "mermaid", input: Self.spec)
    #expect(mermaid.output.hasPrefix("flowchart TD\n"))
    #expect(mermaid.output.contains("linkStyle"))
  }

  @Test func aClosedPipeEndsQuietly() throws {
    let result = try shell("{ \"$TIDINGS\" explain sse; echo $? >&2; } | true")
    #expect(result.error == "0\n")
  }

  @Test(.enabled(if: FileManager.default.fileExists(atPath: "/dev/full"), "needs /dev/full"))
  func aFullDiskIsAnError() throws {
    let result = try shell("\"$TIDINGS\" explain sse > /dev/full")
    #expect(result.status == 74)
    #expect(result.error.contains("cannot write the result"))
  }

  /// Runs a line of shell in which `$TIDINGS` is the executable.
  private func shell(_ line: String) throws -> (status: Int32, error: String) {
    let shell = Process()
    shell.executableURL = URL(filePath: "/bin/sh")
    shell.arguments = ["-c", line]
    shell.environment = ["TIDINGS": try #require(Command.executable).path]
    let error = Pipe()
    shell.standardError = error
    try shell.run()
    let text = String(decoding: error.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    shell.waitUntilExit()
    return (shell.terminationStatus, text)
  }
}
