import NIOCore
import PubSub
import Updates

/// What clients ask of the broker.
extension BrokerCore {
  func publish(_ draft: Draft) -> EventLoopFuture<Cursor> {
    withSession { [self] session in
      log.append(draft, in: session).assumeIsolated().flatMapThrowing { [self] appended in
        switch appended {
        case .at(let cursor):
          adopt(cursor.epoch)
          works()
          return cursor.cursor(of: draft.topic)
        case .reused: throw Refusal.keyReused
        case .problem(let problem):
          met(problem)
          throw Refusal.unavailable
        }
      }.nonisolated()
    }
  }

  func page(of topic: Topic, from start: Start, limit: Int) -> EventLoopFuture<Page> {
    let place: PageKey.Place =
      switch start {
      case .now: .now
      case .earliest: .earliest
      case .after(let cursor): StreamCursor(cursor, of: topic).map { .after($0) } ?? .nowhere
      }
    let key = PageKey(topic: topic, place: place, limit: limit)
    let promise = loop.makePromise(of: Page.self)
    if pages.add(promise, for: key) { read(key) }
    return promise.futureResult
  }

  private func read(_ key: PageKey) {
    let readers = pages.begin(key)
    withSession { [self] session in
      log.read(key.topic, .after, key.from, limit: key.count, in: session).assumeIsolated()
        .flatMapThrowing { [self] result in
          switch result {
          case .found(let page):
            adopt(page.epoch)
            return key.page(page)
          case .nothing: throw Refusal.unavailable
          case .problem(let problem):
            met(problem)
            throw Refusal.unavailable
          }
        }.nonisolated()
    }.assumeIsolated().whenComplete { [self] result in
      for reader in readers { reader.completeWith(result) }
      if pages.end(key) { read(key) }
    }
  }

  func refresh(_ topic: Topic) -> EventLoopFuture<Void> {
    withSession { [self] session in
      guard subscriptions[topic] != nil else {
        return session.send(["HGET", Scripts.topics, "/epoch"]).map { _ in }
      }
      let promise = loop.makePromise(of: Void.self)
      perform(subscriptions[topic]?.reading.refresh(promise), topic)
      return promise.futureResult
    }
  }
}

extension BrokerCore.PageKey {
  fileprivate var from: StreamCursor? {
    switch place {
    case .now, .earliest: nil
    case .after(let cursor): cursor
    case .nowhere: StreamCursor(epoch: "", id: .zero)
    }
  }

  fileprivate var count: Int { place == .now ? 0 : limit }

  fileprivate func page(_ page: StreamPage) -> Page {
    func cursor(_ id: StreamID) -> Cursor {
      StreamCursor(epoch: page.epoch, id: id).cursor(of: topic)
    }
    let start: StreamID =
      switch place {
      case .now: page.last
      case .after(let place) where page.isFound: place.id
      default: page.floor
      }
    let updates = page.updates(of: topic)
    return Page(
      start: cursor(start), updates: updates, next: updates.last?.id ?? cursor(start),
      isReset: !page.isFound)
  }
}
