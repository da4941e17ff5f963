extension Hub {
  /// Bytes that a client may leave unread before it is cut off, from `MAX_QUEUE`.
  package static func maximumQueue(
    _ environment: EnvironmentVariables
  ) throws(InvalidVariable) -> Int {
    try environment.number("MAX_QUEUE", default: 1_000_000, in: 10_000...1_000_000_000)
  }
}
