import Quantities
import Rules
import Starters
import Testing
import TestSupport

/// What the requirements become.
@Suite struct SettingsTests {
  private func settings(_ spec: String, polls: Bool = false) throws -> Settings {
    Settings(OurRules.ruleset, try OurRules.assignment(spec), polls: polls)
  }

  @Test(
    arguments: [
      ("none", 1000, 30, false), ("latest", 1000, 3600, true), ("recent", 1000, 3600, false),
      ("all", nil, nil, false),
    ] as [(String, Int?, Int?, Bool)])
  func whatAClientMissedDecidesWhatIsKept(
    _ missed: String, _ size: Int?, _ seconds: Int?, _ latest: Bool
  ) throws {
    let settings = try settings("updates: { missed: \(missed) }")
    #expect(settings.historySize == size)
    #expect(settings.historySeconds == seconds)
    #expect(settings.keepsLatest == latest)
  }

  @Test func historyIsFourTimesTheFreshnessAtLeast() throws {
    #expect(try settings("updates: { freshness: 24h }").historySeconds == 4 * 86_400)
    #expect(try settings("updates: { freshness: 1min, missed: none }").historySeconds == 240)
  }

  @Test(arguments: ["10ms", "1s", "3999ms", "10s", "24h"])
  func bothHopsStayWithinTheFreshness(_ freshness: String) throws {
    for audience in ["everyone", "topic", "client"] {
      let spec = "updates: { freshness: \(freshness), audience: \(audience) }"
      let polling = try settings(spec, polls: true)
      let index = try #require(OurRules.ruleset.factIndex("updates.freshness"))
      let value = try OurRules.assignment(spec).values[index]
      guard case .number(let quantity)? = value else {
        Issue.record("a freshness is a number")
        return
      }
      let spent =
        polling.pollMilliseconds + polling.storeMilliseconds + 1000 * polling.cacheSeconds
      #expect(spent <= max(15, Int(quantity.grains)))
      #expect(try settings(spec).storeMilliseconds <= Int(quantity.grains))
    }
  }

  @Test func aPollForOneClientIsNotCached() throws {
    #expect(try settings("updates: { freshness: 10s, audience: client }").cacheSeconds == 0)
    #expect(try settings("updates: { freshness: 10s, audience: topic }").cacheSeconds == 2)
  }

  @Test func limitsHaveRoomAndStayWithinWhatTheServerTakes() throws {
    let large = try settings("clients: { connected: 1_000_000_000 }")
    #expect(large.maximumConnections == 25_000)
    #expect(try settings("clients: { connected: 10 }").maximumConnections == 1000)
    #expect(try settings("clients: { connected: 8000 }").maximumConnections == 10_000)
    #expect(try settings("updates: { size: 1MB }").maximumBody == 1_000_000)
    #expect(try settings("updates: { size: 10B }").maximumBody == 65_536)
    #expect(try settings("updates: { topics: 1_000_000_000 }").maximumTopics == 1_000_000_000)
  }
}
