import Updates

/// A log that tells its subscribers when it grew.
package protocol Broker: Sendable {
  var isReady: Bool { get }

  /// - Returns: the place of the update once the broker keeps it; the first place again for a key that
  ///   was used on this topic before with the same event and data.
  func publish(_ draft: Draft) async throws(Refusal) -> Cursor

  /// - Parameter receive: gets what comes after the returned history, in order, each update once;
  ///   perhaps before this function returns.
  func subscribe(
    _ topic: Topic, _ receive: @escaping @Sendable ([Update]) -> Void
  ) async throws(Refusal) -> History

  func unsubscribe(_ topic: Topic)

  func page(of topic: Topic, from start: Start, limit: Int) async throws(Refusal) -> Page

  /// Returns when all that was accepted before the call was received.
  func refresh(_ topic: Topic) async throws(Refusal)

  /// Does what has to be done all the time; ends when it is cancelled.
  func run() async throws
}
