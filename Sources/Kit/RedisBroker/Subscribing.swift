import NIOCore
import PubSub
import Updates

/// The topics that are followed here, and the reads of their streams.
extension BrokerCore {
  private static let updatesAtOnce = 1000

  func subscribe(
    _ topic: Topic, _ receive: @escaping @Sendable (Arrival) -> Void
  ) -> EventLoopFuture<History> {
    withSession { [self] session in
      unsubscribe(topic)
      lastNumber += 1
      let opening = loop.makePromise(of: History.self)
      subscriptions[topic] = Subscription(number: lastNumber, receive: receive, opening: opening)
      follow([topic], in: session)
      return opening.futureResult
    }
  }

  func unsubscribe(_ topic: Topic) {
    guard var subscription = subscriptions.removeValue(forKey: topic) else { return }
    session?.unsubscribe(Scripts.stream(of: topic.name))
    subscription.opening?.fail(Refusal.unavailable)
    for waiter in subscription.reading.disconnected() { waiter.fail(Refusal.unavailable) }
  }

  /// - Parameter payload: the epoch, and the id of the entry.
  func wake(_ channel: String, _ payload: String) {
    // By bytes: a topic may begin with a mark that joins what stands before it.
    let prefix = Scripts.streamPrefix.utf8
    guard channel.utf8.starts(with: prefix),
      let topic = Topic(String(Substring(channel.utf8.dropFirst(prefix.count)))),
      subscriptions[topic] != nil
    else { return }
    let parts = payload.split(separator: " ")
    guard parts.count == 2, let id = StreamID(parts[1]) else { return }
    // Ids of another history do not compare.
    perform(subscriptions[topic]?.reading.woken(by: parts[0] == epoch ? id : .end), topic)
  }

  func perform(_ step: Following<EventLoopPromise<Void>>.Step?, _ topic: Topic) {
    guard let step, let session, let number = subscriptions[topic]?.number else { return }
    let reading = Reading(topic: topic, number: number, session: session)
    // It may be another when this read's turn comes, and then has nothing to do with what was seen.
    let epoch = epoch
    whenFree(in: session) { [self] in
      switch step {
      case .history:
        log.history(of: topic, in: session).assumeIsolated().whenComplete { [self] result in
          loaded(reading, result)
        }
      case .rest(let id):
        let place = StreamCursor(epoch: epoch, id: id)
        log.read(topic, .after, place, limit: Self.updatesAtOnce, in: session).assumeIsolated()
          .whenComplete { [self] result in advanced(reading, from: place, result) }
      }
    }
  }

  /// For which subscription a read was begun.
  private struct Reading {
    var topic: Topic
    var number: Int
    var session: RedisSession
  }

  private func loaded(
    _ reading: Reading, _ result: Result<Found<LoadedHistory.Whole>, any Error>
  ) {
    guard let whole = found(result, for: reading) else { return }
    adopt(whole.last.epoch, with: reading.topic)
    ended(reading, .loaded(whole.last.id)) { subscription in
      guard let opening = subscription.opening else {
        return subscription.receive(.restart(whole.history))
      }
      subscription.opening = nil
      opening.succeed(whole.history)
    }
  }

  private func advanced(
    _ reading: Reading, from place: StreamCursor, _ result: Result<Found<StreamPage>, any Error>
  ) {
    guard let page = found(result, for: reading) else { return }
    adopt(page.epoch)
    guard place.epoch == page.epoch else { return ended(reading, .broken) }
    guard page.isFound else {
      // Gone, though it was not old enough to be dropped.
      return page.floor < place.id ? renew(for: reading) : ended(reading, .broken)
    }
    let last = page.entries.last?.id ?? place.id
    ended(reading, .advanced(last, hasMore: page.hasMore)) { subscription in
      guard !page.entries.isEmpty else { return }
      subscription.receive(.updates(page.updates(of: reading.topic)))
    }
  }

  /// - Returns: nil if nothing was found; then the read has ended, or will when there is another history.
  private func found<Value>(
    _ result: Result<Found<Value>, any Error>, for reading: Reading
  ) -> Value? {
    switch result {
    case .success(.found(let value)): return value
    case .success(.nothing): renew(for: reading)
    case .success(.problem(let problem)):
      met(problem)
      ended(reading, .failed)
    case .failure: ended(reading, .failed)
    }
    return nil
  }

  private func renew(for reading: Reading) {
    renew { [self] in ended(reading, $0 ? .broken : .failed) }
  }

  /// - Parameter handOver: hands on what was read, before those who waited for it learn of it.
  private func ended(
    _ reading: Reading, _ outcome: Following<EventLoopPromise<Void>>.Outcome,
    handOver: (inout Subscription) -> Void = { _ in }
  ) {
    // All reads of a session that is over have been given up.
    guard session === reading.session else { return }
    defer { readEnded() }
    let topic = reading.topic
    guard var subscription = subscriptions[topic], subscription.number == reading.number else {
      return
    }
    var result: Result<Void, any Error> = .success(())
    if case .failed = outcome {
      failed.insert(topic)
      result = .failure(Refusal.unavailable)
      if subscription.opening != nil { return unsubscribe(topic) }
    }
    handOver(&subscription)
    let waiters = subscription.reading.ended(outcome)
    subscriptions[topic] = subscription
    for waiter in waiters { waiter.completeWith(result) }
    if case .success = result { perform(subscriptions[topic]?.reading.next(), topic) }
  }
}
