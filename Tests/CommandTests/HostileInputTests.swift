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

  @Test func showsSpecialCharactersAsEscapes() throws {
    let result = try Command.run("advise", "-", input: "tidings: 1\nname: \"\\e[31mred\"\n")
    #expect(result.status == 65)
    #expect(result.error.contains("\\u{1B}[31mred"))
  }
}
