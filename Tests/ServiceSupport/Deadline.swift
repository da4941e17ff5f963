/// What a test waited for did not happen in time.
package struct TooLate: Error, CustomStringConvertible {
  package let description: String
}

/// Something else than what a test relies on happened.
package struct ServiceFailure: Error, CustomStringConvertible {
  package let description: String

  package init(_ description: String) {
    self.description = description
  }
}

extension Duration {
  /// Long enough for a busy machine; only a test that fails waits so long.
  package static let usualDeadline = Duration.seconds(60)
}

/// Cancels `operation` when the time is over.
/// - Parameter late: what the error says then.
package func withDeadline<Value: Sendable>(
  _ limit: Duration, _ operation: @escaping @Sendable () async throws -> Value,
  late: @escaping @Sendable () -> String
) async throws -> Value {
  try await withThrowingTaskGroup(of: Value.self) { group in
    defer { group.cancelAll() }
    group.addTask { try await operation() }
    group.addTask {
      try await Task.sleep(for: limit)
      throw TooLate(description: "after \(limit): \(late())")
    }
    guard let first = try await group.next() else { throw CancellationError() }
    return first
  }
}
