import Foundation
import Testing
import TestSupport

@Suite struct AskTests {
  private static let defaults = String(repeating: "\n", count: 40)

  @Test func takesDefaultsFromAPipe() throws {
    let result = try Command.run("ask", input: Self.defaults)
    #expect(result.status == 0)
    #expect(result.output.hasPrefix("my-system\n"))
    #expect(result.error.contains("How many clients are connected"))
    #expect(result.error.contains("default 1000"))
  }

  @Test func saysWhatIsMissingWhenInputEndsEarly() throws {
    try Command.withScratchFolder { folder in
      let result = try Command.run(
        ["ask", "--save", "s.yaml"], input: Data("a\n5000\n".utf8), in: folder)
      #expect(result.status == 65)
      #expect(result.output.isEmpty)
      #expect(result.error.contains("[missing-facts]"))
      #expect(result.error.contains("updates.freshness"))
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
    }
  }

  @Test func aWrongAnswerFromAPipeEndsIt() throws {
    let result = try Command.run("ask", input: "a\nmany\n\n\n")
    #expect(result.status == 65)
    #expect(result.error.contains("answer:2:1: error: many is not a number"))
  }

  @Test func savesASpecThatReadsBackToTheSameAdvice() throws {
    try Command.withScratchFolder { folder in
      let asked = try Command.run(
        ["ask", "--save", "live-prices.yaml"],
        input: Data(("\nupdates.freshness=300ms\nmessages.rate=2/s\n" + Self.defaults).utf8),
        in: folder)
      #expect(asked.status == 0, "\(asked.error)")
      #expect(asked.output.hasPrefix("live-prices\n"), "the name comes from the file")
      let advised = try Command.run(["advise", "live-prices.yaml"], in: folder)
      #expect(advised.error.isEmpty)
      #expect(advised.output == asked.output)
      let again = try Command.run(["ask", "live-prices.yaml"], in: folder)
      #expect(again.output == asked.output, "nothing is left to ask")
      let refused = try Command.run(
        ["ask", "--save", "live-prices.yaml"], input: Data(Self.defaults.utf8), in: folder)
      #expect(refused.status == 73)
      let renewed = try Command.run(
        ["ask", "live-prices.yaml", "--save", "live-prices.yaml"], in: folder)
      #expect(renewed.status == 0)
      let nowhere = try Command.run(
        ["ask", "--save", "absent/s.yaml"], input: Data(Self.defaults.utf8), in: folder)
      #expect(nowhere.status == 73)
      #expect(nowhere.output.isEmpty)
      #expect(!nowhere.error.contains("?"), "no question is asked whose answer would be lost")
      #expect(try Command.run(["ask", "--save", ""], in: folder).status == 64)
      let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      #expect(names == ["live-prices.yaml"], "nothing is left behind")
    }
  }

  @Test func listsQuestionsAsJSON() throws {
    let result = try Command.run("ask", "--json")
    #expect(result.status == 0)
    let questions = try #require(
      try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [[String: Any]])
    #expect(questions.first?["fact"] as? String == "name")
    let freshness = try #require(questions.first { $0["fact"] as? String == "updates.freshness" })
    #expect(
      Set(freshness.keys).isSuperset(of: ["question", "default", "example", "yardstick", "type"]))
  }

  @Test func asksOnlyWhatASpecLeavesOpen() throws {
    try Command.withScratchFolder { folder in
      try Data("name: a\nupdates: {freshness: 1h}\n".utf8).write(
        to: folder.appending(path: "s.yaml"))
      let result = try Command.run(["ask", "s.yaml"], input: Data(Self.defaults.utf8), in: folder)
      #expect(result.status == 0)
      #expect(!result.error.contains("updates.freshness: "))
      #expect(result.output.hasPrefix("a\n"))
    }
  }
}
