import Foundation
import Testing
import TestSupport

/// Whatever the input holds: a clear error, soon, and nothing of it raw on the terminal.
@Suite struct HostileInputTests {
  private static func spec(_ rest: String) -> Data { Data("tidings: 1\nname: a\n\(rest)".utf8) }

  static let inputs: [(name: String, data: Data)] = [
    ("nothing", Data()),
    ("one NUL", Data([0])),
    ("random bytes", Data((0..<4096).map { UInt8(truncatingIfNeeded: $0 &* 167 &+ $0 >> 3) })),
    ("UTF-16", Data([0xFF, 0xFE]) + Data("tidings: 1".utf8.flatMap { [$0, 0] })),
    ("a million NULs", Data(count: 1_100_000)),
    ("a long line", spec("summary: " + String(repeating: "x", count: 900_000))),
    ("a long key", spec(String(repeating: "k", count: 900_000) + ": 1")),
    ("a long number", spec("clients: {connected: \(String(repeating: "9", count: 100_000))}")),
    ("deep flow", Data(String(repeating: "[", count: 100_000).utf8)),
    ("deep flow mappings", Data(String(repeating: "{a: ", count: 100_000).utf8)),
    ("deep block", Data(String(repeating: "- ", count: 100_000).utf8)),
    ("many keys", spec((0..<60_000).map { "k\($0): 1\n" }.joined())),
    ("many errors", spec("clients: [\(String(repeating: "x, ", count: 9000))]")),
    ("many unknown keys", spec((0..<20_000).map { "connected\($0): 1\n" }.joined())),
    ("question marks", Data(String(repeating: "? ", count: 100_000).utf8)),
    ("colons", Data(String(repeating: ": ", count: 100_000).utf8)),
    ("quotes", Data(String(repeating: "\"", count: 100_001).utf8)),
    ("a billion laughs", spec("a: &a [x,x]\nb: &b [*a,*a]\nc: [*b,*b]\n")),
    ("escape sequences", spec("\"\\e[31mkey\": \"\\e]0;title\\a\"\n")),
    ("bidirectional", spec("clients: {network: [\"\u{202E}elibom\"]}\n")),
    ("escaped NUL", spec("summary: \"a\\0b\"\n")),
    ("directives", Data((String(repeating: "%TAG !x! t\n", count: 70_000) + "--- a").utf8)),
    (
      "a hundred findings in one line",
      spec("clients: {\(String(repeating: "a, ", count: 300_000))}")
    ),
    ("a control character of C1", spec("summary: a\u{9B}2J\n")),
    ("a lone carriage return", spec("summary: a\rb\n")),
    ("a line separator", spec("summary: a\u{2028}b\n")),
    ("a raw escape in a comment", spec("# \u{1B}[2J\n")),
  ]

  @Test(arguments: inputs.map(\.name))
  func isRefused(name: String) throws {
    let data = try #require(Self.inputs.first { $0.name == name }).data
    for arguments in [["advise", "-"], ["tree", "-"]] {
      let result = try Command.run(arguments, input: data)
      #expect(result.status == 65, "\(result.error.prefix(500))")
      #expect(result.output.isEmpty)
      #expect(result.error.contains("error: "))
      #expect(result.error.split(separator: "\n").count < 60)
      for scalar in result.error.unicodeScalars where scalar != "\n" {
        #expect(scalar.properties.generalCategory != .control)
        #expect(scalar.properties.generalCategory != .format)
      }
    }
  }

  @Test func readsNoMoreThanItNeeds() throws {
    // Without a bound this would never end.
    for path in ["/dev/zero", "/dev/urandom"] where FileManager.default.fileExists(atPath: path) {
      let result = try Command.run("advise", path)
      #expect(result.status == 65)
      #expect(result.error.contains("[too-large]"))
    }
  }

  static let commandLines: [[String]] = [
    ["ad\u{1B}[31mvise"], ["advise", "-", "--format", "x\u{1B}[31m"],
    ["advise", "-", "--fo\u{1B}[31m\u{202E}x"], ["advise", "-", "more\u{1B}[31m"],
    ["advise", "no\u{1B}[31m.yaml"], ["advise", "-", "--set", "up\u{1B}[31m=\u{202E}"],
    ["explain", "ss\u{1B}[31me"], ["explain", "a\u{1B}[31m.yaml:1"],
    ["ask", "--save", "no\u{1B}[31m\u{202E}folder/x.yaml"], ["tree", "-", "--rules", "\u{1B}[31m"],
  ]

  @Test(arguments: commandLines)
  func isNotEchoedFromTheCommandLine(arguments: [String]) throws {
    let result = try Command.run(arguments)
    #expect(result.status >= 64 && result.status <= 78)
    for scalar in (result.error + result.output).unicodeScalars where scalar != "\n" {
      #expect(scalar.properties.generalCategory != .control)
      #expect(scalar.properties.generalCategory != .format)
    }
  }

  @Test func rulesFromOutsideDoNotSteerTheTerminal() throws {
    try Command.withScratchFolder { folder in
      let text = "facts: {a: {type: flag, default: true, meaning: \"m\\e[31m\", question: q}}"
      try Data(text.utf8).write(to: folder.appending(path: "a.yaml"))
      let result = try Command.run(["explain", "a", "--rules", folder.path])
      #expect(result.status == 65)
      #expect(result.error.contains("[control-character]"))
    }
  }

  @Test func aPipeAmongTheRulesDoesNotHang() throws {
    try Command.withScratchFolder { folder in
      let fifo = Process()
      fifo.executableURL = URL(filePath: "/usr/bin/mkfifo")
      fifo.arguments = [folder.appending(path: "a.yaml").path]
      try fifo.run()
      fifo.waitUntilExit()
      let result = try Command.run(["tree", "--rules", folder.path])
      #expect(result.status == 66)
      #expect(result.error.contains("[not-a-file]"))
    }
  }

  @Test func showsSpecialCharactersAsEscapes() throws {
    let result = try Command.run("advise", "-", input: "tidings: 1\nname: \"\\e[31mred\"\n")
    #expect(result.status == 65)
    #expect(result.error.contains("\\u{1B}[31mred"))
  }
}
