import Foundation
import Starters
import Testing
import TestSupport

/// Whole projects, as they are planned.
@Suite struct PlanTests {
  struct Case: CustomTestStringConvertible {
    var name: String
    var example: String
    var wishes = Chooser.Wishes()

    var testDescription: String { name }
  }

  static let cases = [
    Case(name: "sse-in-process", example: "build-log"),
    Case(name: "sse-sqlite", example: "build-log", wishes: .init(engine: "sqlite")),
    Case(name: "polling-sqlite", example: "wallboard"),
    Case(name: "polling-in-process", example: "wallboard", wishes: .init(engine: "in-process")),
    Case(name: "live-comments", example: "live-comments", wishes: .init(engine: "in-process")),
    Case(
      name: "long-polling-sqlite", example: "device-configuration", wishes: .init(engine: "sqlite")),
    Case(
      name: "websocket-in-process", example: "team-chat", wishes: .init(engine: "in-process")),
    Case(name: "sse-redis", example: "live-comments"),
    Case(name: "websocket-redis", example: "team-chat"),
  ]

  /// The paths with their sizes, and the files that are rendered rather than copied.
  @Test(arguments: cases)
  func isAsExpected(_ example: Case) throws {
    let plan = try Starting.plan(Starting.example(example.example), example.wishes)
    let rendered = [
      "Package.swift", "Sources/App/Services.swift", "DECISION.md", "README.md", "compose.yaml",
      "nginx.conf",
    ]
    let listing = plan.files.map { "\($0.path)\n" }.joined()
    let found =
      listing + rendered.map { "\n=== \($0)\n\(plan.text($0))" }.joined()
    let file = Repository.root.appending(path: "Tests/StartersTests/Golden/\(example.name)")
    if Repository.isUpdating { try Data(found.utf8).write(to: file) }
    #expect(try String(contentsOf: file, encoding: .utf8) == found)
  }

  @Test(arguments: cases)
  func theSameSpecGivesTheSameBytes(_ example: Case) throws {
    let spec = try Starting.example(example.example)
    let first = try Starting.plan(spec, example.wishes)
    let second = try Starting.plan(spec, example.wishes)
    #expect(first == second)
  }

  @Test func theSmallestIsSmallEnoughToOwn() throws {
    let plan = try Starting.plan(Starting.example("build-log"))
    #expect(plan.files.count <= 50)
    #expect(plan.files.map(\.lines).reduce(0, +) <= 5300)
    let app = plan.files.filter { $0.path.hasPrefix("Sources/App/") }
    #expect(app.count == 2)
    #expect(app.map(\.lines).reduce(0, +) < 150)
  }

  /// All transports and the larger engine.
  @Test func theLargestIsSmallEnoughToOwn() throws {
    let plan = try Starting.plan(Starting.example("team-chat"), .init(engine: "sqlite"))
    #expect(plan.files.count <= 70)
    #expect(plan.files.map(\.lines).reduce(0, +) <= 7300)
  }

  /// The same on an engine that is a service: it brings a protocol, and three nodes to try it with.
  @Test func theLargestWithAServiceIsSmallEnoughToOwn() throws {
    let plan = try Starting.plan(Starting.example("team-chat"))
    #expect(plan.files.count <= 92)
    #expect(plan.files.map(\.lines).reduce(0, +) <= 9300)
  }

  @Test func aWebSocketOnRedisIsSmallEnoughToOwn() throws {
    let spec = "tidings: 1\nname: small\nupdates: { freshness: 1s }\n"
    let plan = try Starting.plan(spec, .init(transport: "websocket", engine: "redis"))
    #expect(plan.files.count <= 85)
    #expect(plan.files.map(\.lines).reduce(0, +) <= 8600)
  }

  /// Our own server is a project with all transports; so the tests of this package try its wiring.
  @Test func ourOwnWiringIsARenderedOne() throws {
    let plan = try Starting.plan(Starting.example("team-chat"), .init(engine: "in-process"))
    let ours = Repository.root.appending(path: "templates/App/Services.swift")
    #expect(
      try String(contentsOf: ours, encoding: .utf8) == plan.text("Sources/App/Services.swift"))
  }

  @Test(arguments: cases)
  func whatIsCopiedIsWhatIsTestedHere(_ example: Case) throws {
    let plan = try Starting.plan(Starting.example(example.example), example.wishes)
    for file in plan.files
    where file.path.hasPrefix("Sources/") && !file.path.hasPrefix("Sources/App/") {
      let path = "Sources/Kit/" + file.path.dropFirst("Sources/".count)
      let ours = Repository.root.appending(path: path)
      #expect(try String(contentsOf: ours, encoding: .utf8) == file.text, "\(path)")
    }
  }

  @Test(arguments: cases)
  func noPlaceIsLeftUnfilled(_ example: Case) throws {
    let plan = try Starting.plan(Starting.example(example.example), example.wishes)
    for file in plan.files where !file.path.hasPrefix("Sources/") {
      #expect(!file.text.contains("{{"), "\(file.path)")
      #expect(file.text.firstMatch(of: /[^$]\{[a-z]+-[a-z]+\}/) == nil, "\(file.path)")
    }
  }

  /// In a project they are nobody's words.
  @Test func theCodeOfAProjectDoesNotSpeakOfHowItWasMade() throws {
    let ours = Starting.sources.filter {
      $0.path.hasPrefix("Sources/Kit/") || $0.path.hasSuffix(".swift")
        || $0.path.contains("/Public/")
    }
    #expect(ours.count > 25)
    for source in ours {
      let words = source.text.lowercased().matches(of: /\b(tidings|kit|kits|starter|starters)\b/)
      #expect(words.isEmpty, "\(source.path): \(words.map(\.output.0))")
    }
  }

  @Test func theLockNamesEachFileWithItsHash() throws {
    let plan = try Starting.plan(Starting.example("build-log"))
    let lock = plan.text("tidings.lock")
    for file in plan.files where file.path != "tidings.lock" {
      #expect(lock.contains("  \(file.path): "))
    }
    let text = "requirements: "
    let line = try #require(lock.split(separator: "\n").first { $0.hasPrefix(text) })
    #expect(line.count == text.count + 64)
  }
}
