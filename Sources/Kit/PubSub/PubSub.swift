import Synchronization
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
    _ topic: Topic, _ receive: @escaping @Sendable (Arrival) -> Void
  ) async throws(Refusal) -> History

  func unsubscribe(_ topic: Topic)

  func page(of topic: Topic, from start: Start, limit: Int) async throws(Refusal) -> Page

  /// Returns when all that was accepted before the call was received.
  func refresh(_ topic: Topic) async throws(Refusal)

  /// Does what has to be done all the time; ends when it is cancelled.
  func run() async throws
}

/// What a broker sends to its subscribers.
package enum Arrival: Sendable {
  case updates([Update])
  /// Some updates were lost on the way, or the broker has lost them. This is what it has.
  case restart(History)
}

/// A fan-out in which each server subscribes at a broker for the topics that have listeners here.
package final class PubSub: FanOut, Sendable {
  private struct Followed {
    enum State {
      /// The broker was asked; what it sent before it answered.
      case subscribing([Arrival])
      case open
    }

    /// Tells apart what comes late for one that is over.
    var number: Int
    var state: State
  }

  private struct Topics {
    var followed: [Topic: Followed] = [:]
    var count = 0
  }

  private let broker: any Broker
  private let topics = Mutex(Topics())

  package init(broker: any Broker) {
    self.broker = broker
  }

  package var isReady: Bool { broker.isReady }

  package func publish(_ draft: Draft) async throws(Refusal) -> Cursor {
    try await broker.publish(draft)
  }

  package func follow(_ topic: Topic, into feed: any Feed) async throws(Refusal) {
    let number = topics.withLock { topics in
      topics.count += 1
      topics.followed[topic] = Followed(number: topics.count, state: .subscribing([]))
      return topics.count
    }
    do throws(Refusal) {
      let history = try await broker.subscribe(topic) { [weak self, weak feed] arrival in
        self?.receive(arrival, on: topic, number, into: feed)
      }
      // Opened under the lock, so that nothing overtakes what came before.
      topics.withLock { topics in
        guard let followed = topics.followed[topic], followed.number == number,
          case .subscribing(let early) = followed.state
        else { return }
        feed.open(topic, history)
        for arrival in early { feed.take(arrival, on: topic) }
        topics.followed[topic]?.state = .open
      }
    } catch {
      topics.withLock { topics in
        if topics.followed[topic]?.number == number { topics.followed[topic] = nil }
      }
      throw error
    }
  }

  private func receive(
    _ arrival: Arrival, on topic: Topic, _ number: Int, into feed: (any Feed)?
  ) {
    topics.withLock { topics in
      guard let followed = topics.followed[topic], followed.number == number else { return }
      switch followed.state {
      case .subscribing(let early):
        topics.followed[topic]?.state = .subscribing(early + [arrival])
      case .open: feed?.take(arrival, on: topic)
      }
    }
  }

  package func unfollow(_ topic: Topic) {
    topics.withLock { $0.followed[topic] = nil }
    broker.unsubscribe(topic)
  }

  package func page(
    of topic: Topic, from start: Start, limit: Int
  ) async throws(Refusal) -> Page {
    try await broker.page(of: topic, from: start, limit: limit)
  }

  package func refresh(_ topic: Topic) async throws(Refusal) {
    try await broker.refresh(topic)
  }

  package func run() async throws {
    try await broker.run()
  }
}

extension Feed {
  fileprivate func take(_ arrival: Arrival, on topic: Topic) {
    switch arrival {
    case .updates(let updates): deliver(updates, on: topic)
    case .restart(let history): open(topic, history)
    }
  }
}
