import Foundation
import Testing
import TestSupport

@testable import Starters

@Suite struct TextTests {
  private static let hostile = [
    "", "plain", "\"", "\\", #"\(name)"#, "\"\"\"", "*/ /*", "{{name}}", "{{", "}}", "{max-body}",
    "line\nline", "\r\n", "\t", "\u{0}", "\u{7F}", "\u{202E}reversed", "\u{2028}", "\u{FEFF}",
    "\"\u{301}", "\\\u{301}", "e\u{301}", "👩‍👩‍👧", "#\"raw\"#", "<b>&amp;</b>", "${x}", "`x`",
    "\u{1B}[31m",
    "\u{E000}", "\u{10FFFF}", "'; DROP TABLE",
  ]

  /// The compiler itself says what it reads.
  @Test func aSwiftLiteralReadsBackUnchanged() throws {
    var generator = SeededGenerator(seed: 7)
    let alphabet = Array(Self.hostile.joined().unicodeScalars) + Array("ab{}()".unicodeScalars)
    let random = (0..<300).map { _ in
      let length = Int.random(in: 0..<30, using: &generator)
      var text = ""
      for _ in 0..<length {
        text.unicodeScalars.append(alphabet[Int.random(in: 0..<alphabet.count, using: &generator)])
      }
      return text
    }
    let texts = Self.hostile + random
    let source = """
      let all: [String] = [
      \(texts.map { "  \(Escapes.swift($0)),\n" }.joined())]
      for text in all { print(text.unicodeScalars.map { String($0.value) }.joined(separator: " ")) }
      """
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try Data(source.utf8).write(to: folder.appending(path: "main.swift"))
    let output = try run(["swiftc", "-o", "said", "main.swift"], in: folder)
    #expect(output.status == 0, "\(output.text)")
    let said = try run(["./said"], in: folder).text
      .split(separator: "\n", omittingEmptySubsequences: false).dropLast()
    let wanted = texts.map { $0.unicodeScalars.map { String($0.value) }.joined(separator: " ") }
    #expect(said.map(String.init) == wanted)
  }

  @Test(arguments: hostile.filter { !$0.isEmpty })
  func aSummaryBreaksNoFile(_ summary: String) throws {
    let design = try Starting.choose("tidings: 1\nname: x\n").design
    var hostile = design
    hostile.summary = summary
    let planner = try Starting.planner()
    let plan = try planner.plan(hostile, requirements: "", decision: "")
    let plain = try planner.plan(design, requirements: "", decision: "")
    #expect(plan.files.map(\.path) == plain.files.map(\.path))
    let page = plan.text("Public/index.html")
    #expect(!page.contains("<b>"))
    let wiring = plan.text("Sources/App/Services.swift")
    #expect(wiring.contains("static let summary = \(Escapes.swift(summary))\n"))
    #expect(
      wiring.split(separator: "\n").count
        == plain.text("Sources/App/Services.swift").split(separator: "\n").count)
  }

  @Test func aTemplateIsFilledOnceAndItsEmptyLinesGo() throws {
    let template = Template("a {{x}} b\n{{y}}\nend {{x}}{{z}}\n")
    let filled = try template.filled(with: ["x": "{{y}}", "y": "", "z": "!"])
    #expect(filled == "a {{y}} b\nend {{y}}!\n")
    #expect(throws: Template.UnknownPlace.self) { try template.filled(with: ["x": ""]) }
  }

  /// FIPS 180-4's examples, and a length at each border of a block.
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
  ])
  func hashesAreThoseOfTheStandard(_ text: String, _ hash: String) {
    #expect(SHA256.hexadecimal(text) == hash)
  }

  @Test func hashesAreThoseOfAnotherProgram() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    for length in [54, 55, 56, 57, 63, 64, 65, 119, 120, 128, 1000] {
      let text =
        String(repeating: "ä", count: length / 2) + String(repeating: "x", count: length % 2)
      try Data(text.utf8).write(to: folder.appending(path: "file"))
      let found = try run(["sha256sum", "file"], in: folder).text
      #expect(found.hasPrefix(SHA256.hexadecimal(text)))
    }
  }

  private func run(_ command: [String], in folder: URL) throws -> (status: Int32, text: String) {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = command
    process.currentDirectoryURL = folder
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return (process.terminationStatus, text)
  }
}
