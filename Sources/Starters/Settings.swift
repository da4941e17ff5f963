import Quantities
import Rules

/// The defaults of a project's settings, as they follow from its requirements.
package struct Settings: Sendable {
  /// What a default came from, for the README.
  package struct Origin: Sendable {
    package var fact: String
    package var value: String
    package var effect: String
  }

  /// Updates a topic; nil for no limit.
  package let historySize: Int?
  /// nil for no limit.
  package let historySeconds: Int?
  package let keepsLatest: Bool
  package let maximumTopics: Int
  package let maximumConnections: Int
  package let maximumBody: Int
  /// Bytes that a client may leave unread: two of the largest updates at least.
  package let maximumQueue: Int
  /// How often a client that polls asks.
  package let pollMilliseconds: Int
  /// How often a server asks its store.
  package let storeMilliseconds: Int
  /// How long a shared cache may answer for a server.
  package let cacheSeconds: Int
  package private(set) var origins: [Origin] = []

  /// What the server takes by itself, so that no project has to say it.
  static let usualBody = 65_536
  static let usualQueue = 1_000_000
  /// As `choose-engine.yaml` says.
  private static let connectionsPerNode = 20_000

  /// - Parameters:
  ///   - polls: whether clients poll; then the freshness is a budget over the client's interval, a cache,
  ///     and the server's interval.
  ///   - asksStore: whether the server asks a store at an interval.
  package init(_ rules: Ruleset, _ assignment: Assignment, polls: Bool, asksStore: Bool = true) {
    let facts = Facts(rules: rules, assignment: assignment)
    let freshness = max(10, facts.grains("updates.freshness"))
    let isShared = ["everyone", "topic"].contains(facts.word("updates.audience"))
    pollMilliseconds = max(10, freshness / 2)
    // A store keeps an update for a minute at least, so that no poll misses it.
    storeMilliseconds = min(30_000, max(5, freshness / (polls ? 4 : 2)))
    cacheSeconds = isShared ? freshness / 4000 : 0
    let seconds = 4 * ((freshness + 999) / 1000)
    switch facts.word("updates.missed") {
    case "none":
      historySize = 1000
      historySeconds = max(30, seconds)
    case "all":
      historySize = nil
      historySeconds = nil
    default:
      historySize = 1000
      historySeconds = max(3600, seconds)
    }
    keepsLatest = facts.word("updates.missed") == "latest"
    let connected = facts.grains("clients.connected")
    // What one node carries, and a quarter to spare; more clients need more nodes.
    maximumConnections = max(1000, min(Self.connectionsPerNode, connected) * 5 / 4)
    maximumTopics = min(1_000_000_000, max(100_000, 2 * facts.grains("updates.topics")))
    maximumBody = min(10_000_000, max(Self.usualBody, facts.grains("updates.size")))
    maximumQueue = max(Self.usualQueue, 2 * maximumBody)
    origins = Self.origins(facts, self, asksStore: asksStore)
  }

  private static func origins(
    _ facts: Facts, _ settings: Settings, asksStore: Bool
  ) -> [Origin] {
    let history = [
      settings.historySize.map { "HISTORY_SIZE \($0)" } ?? "HISTORY_SIZE unlimited",
      settings.historySeconds.map { "HISTORY_SECONDS \($0)" } ?? "HISTORY_SECONDS unlimited",
      settings.keepsLatest ? "the last update of each topic stays" : nil,
    ].compactMap { $0 }.joined(separator: ", ")
    let effects = [
      (
        "updates.freshness",
        "clients that poll ask every \(duration(settings.pollMilliseconds))"
          + (asksStore
            ? ", the server asks its store every \(duration(settings.storeMilliseconds))" : "")
      ),
      (
        "updates.audience",
        settings.cacheSeconds > 0
          ? "shared caches may keep a poll's answer for \(settings.cacheSeconds) s"
          : "no shared cache keeps a poll's answer"
      ),
      ("updates.missed", history),
      ("updates.size", "MAX_BODY \(settings.maximumBody)"),
      ("updates.topics", "MAX_TOPICS \(settings.maximumTopics)"),
      (
        "clients.connected",
        "MAX_CONNECTIONS \(settings.maximumConnections): a quarter to spare, 1000 at least, and no more "
          + "than one node carries"
      ),
    ]
    return effects.map { Origin(fact: $0.0, value: facts.text($0.0), effect: $0.1) }
  }

  private static func duration(_ milliseconds: Int) -> String {
    Quantity(.duration, grains: Int64(milliseconds)).description
  }
}

private struct Facts {
  var rules: Ruleset
  var assignment: Assignment

  func value(_ id: String) -> Value? {
    rules.factIndex(id).flatMap { assignment.values[$0] }
  }

  /// Milliseconds, bytes, or a count; 0 for a fact that the rules do not have.
  func grains(_ id: String) -> Int {
    if case .number(let quantity)? = value(id) { return Int(quantity.grains) }
    return 0
  }

  func word(_ id: String) -> String {
    if case .word(let word)? = value(id) { return word }
    return ""
  }

  func text(_ id: String) -> String { value(id).map(\.description) ?? "" }
}
