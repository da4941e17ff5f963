/// How much is kept, so that clients that were away can catch up.
package struct HistoryLimits: Sendable {
  /// Updates a topic; nil for no limit.
  package var size: Int?
  /// Age in seconds; nil for no limit.
  package var seconds: Double?
  /// Bytes of all topics together.
  package var bytes: Int
  /// Topics that are known at all; the least recently used are forgotten first.
  package var topics: Int
  /// Whether the last update of each topic stays, however old.
  package var keepsLatest: Bool

  package init(
    size: Int?, seconds: Double?, bytes: Int = 256_000_000, topics: Int = 100_000,
    keepsLatest: Bool = false
  ) {
    self.size = size
    self.seconds = seconds
    self.bytes = bytes
    self.topics = topics
    self.keepsLatest = keepsLatest
  }

  /// - Parameters: what holds where the environment does not say otherwise.
  /// - Throws: `InvalidVariable`
  package init(
    _ environment: EnvironmentVariables, size: Int?, seconds: Int?, topics: Int,
    keepsLatest: Bool = false
  ) throws(InvalidVariable) {
    self.init(
      size: try environment.limit("HISTORY_SIZE", default: size, in: 1...1_000_000),
      seconds: try environment.limit("HISTORY_SECONDS", default: seconds, in: 1...31_536_000)
        .map(Double.init),
      bytes: try environment.number(
        "HISTORY_BYTES", default: 256_000_000, in: 1_000_000...1_000_000_000_000),
      topics: try environment.number("MAX_TOPICS", default: topics, in: 1...1_000_000_000),
      keepsLatest: keepsLatest)
  }
}
