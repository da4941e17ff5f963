import Diagnostics
import Testing
import YAML

@Suite struct DocumentTests {
  private func read(_ text: String) throws -> Node {
    try Document(Array(text.utf8), file: "a.yaml").root
  }

  private func code(_ bytes: [UInt8]) -> DiagnosticCode? {
    do throws(InvalidInput) {
      _ = try Document(bytes, file: "a.yaml")
      return nil
    } catch {
      return error.diagnostics.first?.code
    }
  }

  @Test func keepsThePlaceOfEveryValue() throws {
    let root = try read("one: 1\nsection:\n  key: [a, \"b c\"]\n")
    let entries = try #require(root.mapping)
    #expect(entries.map(\.key) == ["one", "section"])
    #expect(entries[0].value.location == Location(file: "a.yaml", line: 1, column: 6, length: 1))
    let list = try #require(root["section"]?["key"]?.sequence)
    #expect(list.map(\.scalar) == ["a", "b c"])
    #expect(list[1].location == Location(file: "a.yaml", line: 3, column: 12, length: 5))
  }

  @Test func countsColumnsInCharacters() throws {
    let root = try read("größe: ~\n")
    #expect(root["größe"]?.location.column == 8)
    #expect(root["größe"]?.isNull == true)
  }

  @Test func takesByteOrderMarkAndWindowsLineEnds() throws {
    let root = try Document([0xEF, 0xBB, 0xBF] + Array("a: 1\r\nb: 2\r\n".utf8), file: "a").root
    #expect(root["a"]?.scalar == "1")
    #expect(root["b"]?.location == Location(file: "a", line: 2, column: 4, length: 1))
  }

  @Test(arguments: [
    ("", DiagnosticCode.yamlEmpty), ("# nothing\n", .yamlEmpty),
    ("a: 1\n---\nb: 2\n", .yamlDocuments),
    ("a: 1\na: 2\n", .duplicateKey), ("a: &x 1\n", .yamlAlias), ("a: *x\n", .yamlAlias),
    ("<<: {a: 1}\n", .yamlMergeKey), ("a: !!int 1\n", .yamlTag), ("a: !mine 1\n", .yamlTag),
    ("a:\t1\n", .tab), ("a: \"\u{0}\"\n", .controlCharacter),
    ("a: \u{1B}[31m\n", .controlCharacter),
    ("[a]: 1\n", .yamlKey), ("a: [1\n", .yamlSyntax), ("a: 'x\n", .yamlSyntax),
    ("a: 1\n b: 2\n", .yamlSyntax), ("- a\nb: 1\n", .yamlSyntax), ("%FOO", .yamlSyntax),
  ])
  func refusesWhatADocumentDoesNotNeed(text: String, expected: DiagnosticCode) {
    #expect(code(Array(text.utf8)) == expected)
  }

  @Test func refusesOtherEncodings() {
    #expect(code([0xFF, 0xFE, 0x61, 0x00]) == .encoding)
    #expect(code([0xFE, 0xFF, 0x00, 0x61]) == .encoding)
    #expect(code([0x61, 0x00, 0x3A, 0x00]) == .encoding)
    #expect(code([0x61, 0x3A, 0x20, 0xFF]) == .encoding)
    #expect(code([0x61, 0x3A, 0x20, 0xC3]) == .encoding)
    #expect(code([0x61, 0x3A, 0x20, 0xED, 0xA0, 0x80]) == .encoding)
  }

  @Test func saysWhereTheEncodingBreaks() throws {
    let error = #expect(throws: InvalidInput.self) {
      try Document(Array("a: 1\nb: é".utf8) + [0xFF], file: "a.yaml")
    }
    #expect(error?.diagnostics.first?.location == Location(file: "a.yaml", line: 2, column: 5))
  }

  @Test func findsAllThatIsWrongAtOnce() throws {
    let error = #expect(throws: InvalidInput.self) {
      try read("a: !x 1\na: 2\nb: &y 3\n")
    }
    #expect(error?.diagnostics.map(\.code) == [.yamlTag, .duplicateKey, .yamlAlias])
  }

  @Test(arguments: ["[", "{a: ", "- ", "? ", "[[]]: "])
  func refusesDeepNestingAtOnce(opening: String) {
    let text = String(repeating: opening, count: 100_000)
    #expect(code(Array(text.utf8)) != nil)
  }

  @Test func refusesManyValuesAndManyBytes() {
    let items = "a: [" + String(repeating: "1,", count: 100_000) + "]"
    #expect(code(Array(items.utf8)) == .yamlSize)
    #expect(code([UInt8](repeating: 0x61, count: 1_000_001)) == .tooLarge)
    #expect(code(Array("a: ".utf8) + [UInt8](repeating: 0x61, count: 900_000)) == nil)
  }
}
