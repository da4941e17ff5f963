import Diagnostics
import Rules
import Specs
import Testing
import TestSupport

@Suite struct SpecReaderTests {
  private let rules = OurRules.ruleset

  private func findings(_ text: String) -> [Diagnostic] {
    do throws(InvalidInput) {
      _ = try SpecReader(rules).read(Array(text.utf8), file: "s.yaml")
      return []
    } catch {
      return error.diagnostics
    }
  }

  @Test func readsEveryKeyOfTheVocabulary() throws {
    let spec = try SpecReader(rules).read(
      Array(
        """
        tidings: 1
        name: live-comments
        summary: Viewers of a live video read each other's comments.
        clients:
          connected: 200_000
          platforms: [browser, ios]
          network: [mobile]
        updates:
          freshness: 500ms
          rate: 2/s
          size: 300B
          audience: topic
          topics: 5000
          missed: recent
        messages:
          rate: 1/min
          size: 200B
        peers:
          media: audio
          data: true
          group: 3
        servers:
          state: light
          source: service
          publishes: 200/s
          engines: [redis, postgresql]
        """.utf8), file: "s.yaml")
    #expect(spec.assignment.stated.count == rules.facts.count)
    let text = rules.facts.indices.map { spec.assignment.values[$0]?.description ?? "" }
    #expect(text.contains("200_000") && text.contains("500ms") && text.contains("2/s"))
    #expect(text.contains("[postgresql, redis]"), "a set has the order of its declaration")
    #expect(spec.warnings(for: spec.assignment, rules).isEmpty)
  }

  @Test func hasTheDefaultsOfTheVocabulary() {
    let defaults = Assignment(rules.facts)
    func value(_ id: String) -> String? {
      rules.factIndex(id).flatMap { defaults.values[$0]?.description }
    }
    let expected = [
      "clients.connected": "1000", "clients.platforms": "[browser]", "clients.network": "[]",
      "updates.freshness": "5s", "updates.rate": "1/min", "updates.size": "1KB",
      "updates.audience": "client", "updates.topics": "1000", "updates.missed": "recent",
      "messages.rate": "never", "messages.size": "1KB", "peers.media": "none",
      "peers.data": "false", "peers.group": "2", "servers.state": "light",
      "servers.source": "service", "servers.publishes": "1/s", "servers.engines": "[]",
    ]
    for (id, text) in expected { #expect(value(id) == text, "\(id)") }
  }

  @Test func reportsAllErrorsWithTheirPlaces() {
    let found = findings(
      """
      tidings: 2
      clients:
        conected: 5
        connected: -1
        network: [mobil, mobile, mobile]
      updates:
        freshness: 5sec
      """)
    #expect(
      found.map(\.code) == [
        .version, .unknownKey, .number, .unknownValue, .repeatedValue, .unit, .missingKey,
      ])
    #expect(found.map { $0.location?.line } == [1, 3, 4, 5, 5, 7, 1])
    #expect(found[1].suggestion == "connected")
    #expect(found[3].suggestion == "mobile")
    #expect(found[5].suggestion == "5s")
    #expect(found[6].message.contains("name"))
  }

  @Test(arguments: [
    ("../etc", DiagnosticCode.name), ("a/b", .name), ("a b", .name), ("-a", .name), ("a-", .name),
    ("é", .name), ("\"\"", .name), (String(repeating: "a", count: 64), .name), ("~", .missingValue),
    ("[a]", .wrongShape),
  ])
  func refusesNamesThatAreNone(name: String, code: DiagnosticCode) {
    #expect(findings("tidings: 1\nname: \(name)\n").map(\.code) == [code])
  }

  @Test(arguments: [
    "0", "1_000_000_001", "1.5", "1e3", ".inf", "-0", "true", "99999999999999999999",
  ])
  func refusesCountsThatAreNone(text: String) {
    let found = findings("tidings: 1\nname: a\nclients: {connected: \(text)}\n")
    #expect(found.count == 1, "\(text)")
  }

  @Test func aKeyThatStandsTwiceHidesNoOtherError() {
    let found = findings("tidings: 1\nname: a\nname: b\nclients: {connected: 0}\nx: &y 1\n")
    #expect(found.map(\.code) == [.duplicateKey, .outOfRange, .unknownKey, .yamlAlias])
  }

  @Test func pointsFromAKeyToItsSection() {
    let found = findings("tidings: 1\nname: a\nfreshness: 5s\n")
    #expect(found.first?.suggestion == "updates.freshness")
  }

  @Test func warnsOfKeysWithoutEffect() throws {
    let spec = try SpecReader(rules).read(
      Array("tidings: 1\nname: a\nupdates: {audience: client, topics: 5}\n".utf8), file: "s.yaml")
    let warnings = spec.warnings(for: spec.assignment, rules)
    #expect(warnings.map(\.code) == [.noEffect])
    #expect(warnings.first?.severity == .warning)
    var other = spec.assignment
    let audience = try #require(rules.factIndex("updates.audience"))
    other.state(audience, as: .word("topic"))
    #expect(spec.warnings(for: other, rules).isEmpty)
  }
}
