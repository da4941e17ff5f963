/// The variables that a process was started with.
package struct EnvironmentVariables: Sendable {
  private let variables: [String: String]

  package init(_ variables: [String: String]) {
    self.variables = variables
  }

  /// An empty variable counts as one that is not set, as in a compose file.
  package func text(_ name: String) -> String? {
    variables[name].flatMap { $0.isEmpty ? nil : $0 }
  }

  package func number(
    _ name: String, default value: Int, in range: ClosedRange<Int>
  ) throws(InvalidVariable) -> Int {
    guard let text = text(name) else { return value }
    guard let number = Int(text), range.contains(number) else {
      throw InvalidVariable(
        name: name,
        problem: "a whole number from \(range.lowerBound) to \(range.upperBound) is expected")
    }
    return number
  }

  /// A number, or `unlimited`, which is nil.
  package func limit(
    _ name: String, default value: Int?, in range: ClosedRange<Int>
  ) throws(InvalidVariable) -> Int? {
    if text(name) == "unlimited" { return nil }
    guard text(name) != nil else { return value }
    return try number(name, default: range.lowerBound, in: range)
  }

  package func flag(_ name: String) throws(InvalidVariable) -> Bool {
    switch text(name) {
    case nil, "false": return false
    case "true": return true
    default: throw InvalidVariable(name: name, problem: "true or false is expected")
    }
  }

  /// - Returns: nil if it is not set.
  /// - Throws: if it has fewer than 32 bytes, which could be guessed.
  package func secret(_ name: String) throws(InvalidVariable) -> String? {
    guard let text = text(name) else { return nil }
    guard (32...4096).contains(text.utf8.count) else {
      throw InvalidVariable(
        name: name, problem: "a secret of 32 to 4096 bytes is expected: openssl rand -hex 32")
    }
    return text
  }
}

/// A variable whose value cannot be used. The value itself may be a secret and is not repeated.
package struct InvalidVariable: Error, Equatable, CustomStringConvertible {
  package var name: String
  package var problem: String

  package init(name: String, problem: String) {
    self.name = name
    self.problem = problem
  }

  package var description: String { "\(name): \(problem)" }
}

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

extension Hub {
  /// Bytes that a client may leave unread before it is cut off, from `MAX_QUEUE`.
  package static func maximumQueue(
    _ environment: EnvironmentVariables, default value: Int = 1_000_000
  ) throws(InvalidVariable) -> Int {
    try environment.number("MAX_QUEUE", default: value, in: 10_000...1_000_000_000)
  }
}
