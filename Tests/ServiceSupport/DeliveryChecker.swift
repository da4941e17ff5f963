/// Compares what clients received with what was published, by the delivery promise: one order a
/// topic for all, nothing lost or twice, and no gap without a reset.
///
/// It is told events as they happen. Several tasks share one in a `Mutex` or a `Watched`.
package struct DeliveryChecker: Sendable {
  /// Where a client's reading of a topic begins.
  package enum Start: Sendable {
    case beginning
    /// All that is told to be published from now on must come; what was published before may.
    case now
    /// Behind this update.
    case after(String)
  }

  private var topics: [String: TopicRecord] = [:]

  package init() {}

  /// A publisher was answered 201.
  /// - Parameter number: grows with each update that this publisher sends to this topic after the
  ///   answer to the one before.
  package mutating func published(
    _ id: String, topic: String, data: String, by publisher: String, number: Int
  ) {
    let update = TopicRecord.Update(id: id, data: data, publisher: publisher, number: number)
    topics[topic, default: TopicRecord()].publish(update)
  }

  /// A publisher was not answered, or not by 201: the update may be delivered or not, but if one
  /// client gets it, it is one like the others. Its data must be unlike any other's.
  package mutating func unanswered(
    topic: String, data: String, by publisher: String, number: Int
  ) {
    let update = TopicRecord.Update(id: "", data: data, publisher: publisher, number: number)
    topics[topic, default: TopicRecord()].unanswered.append(update)
  }

  /// A client begins to read; for one that is not told of, what it misses before its first update
  /// is no finding. A client that comes back with its cursor goes on and does not begin again.
  package mutating func begins(_ client: String, topic: String, at start: Start = .now) {
    topics[topic, default: TopicRecord()].begin(client, at: start)
  }

  package mutating func received(
    _ id: String, topic: String, data: String, by client: String
  ) {
    topics[topic, default: TopicRecord()].add(.update(id: id, data: data), to: client)
  }

  /// A client was told that it missed something: what comes next may leave out as much as it likes,
  /// and may repeat what came before.
  package mutating func reset(topic: String, of client: String) {
    topics[topic, default: TopicRecord()].add(.reset, to: client)
  }

  /// A client reads no longer: what comes later is not for it.
  package mutating func leaves(_ client: String, topic: String) {
    topics[topic, default: TopicRecord()].leave(client)
  }

  /// To be asked when all is quiet.
  package func findings() -> [DeliveryFinding] {
    topics.keys.sorted().flatMap { name in
      topics[name].map { TopicExamination(name, $0).findings } ?? []
    }
  }
}
