import Synchronization

/// What publishers and readers tell of one topic, from many tasks at once.
package final class Ledger: Sendable {
  package let topic: String
  /// The ids that were answered 201, in the order in which that was told.
  package let published = Watched<[String]>([])
  private let checker = Mutex(DeliveryChecker())

  package init(_ topic: String = "room") {
    self.topic = topic
  }

  /// Tells of an update that is there before all others, behind which everybody begins.
  package func opens(with id: String, _ data: String) {
    // One has to have it.
    begins(data, at: .beginning)
    published(id, data, by: data, number: 0)
    received(.init(id: id, data: data), by: data)
    leaves(data)
  }

  package func published(_ id: String, _ data: String, by publisher: String, number: Int) {
    checker.withLock { [topic] in
      $0.published(id, topic: topic, data: data, by: publisher, number: number)
    }
    published.update { $0.append(id) }
  }

  package func unanswered(_ data: String, by publisher: String, number: Int) {
    checker.withLock { [topic] in
      $0.unanswered(topic: topic, data: data, by: publisher, number: number)
    }
  }

  package func begins(_ client: String, at start: DeliveryChecker.Start) {
    checker.withLock { [topic] in $0.begins(client, topic: topic, at: start) }
  }

  package func received(_ update: News.Update, by client: String) {
    checker.withLock { [topic] in
      $0.received(update.id, topic: topic, data: update.data, by: client)
    }
  }

  package func reset(of client: String) {
    checker.withLock { [topic] in $0.reset(topic: topic, of: client) }
  }

  package func leaves(_ client: String) {
    checker.withLock { [topic] in $0.leaves(client, topic: topic) }
  }

  /// To be asked when all is quiet.
  package var findings: [DeliveryFinding] { checker.withLock { $0.findings() } }

  /// Waits until so many updates were answered.
  package func waitForPublished(_ count: Int) async throws {
    try await published.take(within: .usualDeadline, else: { "\($0.count) of \(count)" }) {
      $0.count >= count ? () : nil
    }
  }
}
