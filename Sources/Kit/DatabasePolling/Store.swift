import Updates

/// A database that numbers the updates of all topics in one sequence, in the order of their commits.
package protocol Store: Sendable {
  /// - Returns: the place of the update once it is committed; the first place again for a key that was
  ///   used on this topic before with the same event and data.
  func append(_ draft: Draft) async throws(Refusal) -> Cursor

  /// The number of the newest update of all topics; 0 if there is none.
  func newest() async throws(Refusal) -> Int64

  /// Updates of all topics with a number above `number`, in their order, the first `limit`.
  func updates(after number: Int64, limit: Int) async throws(Refusal) -> [StoredUpdate]

  /// What is kept of a topic, at most what a node holds in memory, and the number of the newest update of
  /// all topics at that moment.
  func history(of topic: Topic) async throws(Refusal) -> (History, newest: Int64)

  func page(of topic: Topic, from start: Start, limit: Int) async throws(Refusal) -> Page

  /// Drops what is too old on all topics.
  func expire() async throws(Refusal)
}

package struct StoredUpdate: Sendable, Equatable {
  package var number: Int64
  package var update: Update

  package init(number: Int64, update: Update) {
    self.number = number
    self.update = update
  }
}
