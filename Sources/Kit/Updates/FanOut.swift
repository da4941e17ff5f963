/// How updates get from where they are published to the servers whose clients want them.
///
/// A topic has one order; what `publish` returned is kept as far as the engine keeps things; what is
/// followed arrives in order, each update once.
package protocol FanOut: Sendable {
  /// Whether updates can be published and arrive now.
  var isReady: Bool { get }

  /// - Returns: the place of the update once the engine keeps it. For a key that was used on this topic
  ///   before, with the same event and data, the place of the first, and nothing is added.
  func publish(_ draft: Draft) async throws(Refusal) -> Cursor

  /// Opens the topic at `feed` with what is kept of it, and delivers there what comes after, until
  /// `unfollow`.
  func follow(_ topic: Topic, into feed: any Feed) async throws(Refusal)

  func unfollow(_ topic: Topic)

  /// - Parameter limit: how many updates at most, one or more.
  func page(of topic: Topic, from start: Start, limit: Int) async throws(Refusal) -> Page

  /// Returns when all that any node had accepted before the call is delivered here.
  func refresh(_ topic: Topic) async throws(Refusal)

  /// Does what has to be done all the time; ends when it is cancelled.
  func run() async throws
}

/// Where a fan-out hands over the topics that it was asked to follow.
package protocol Feed: AnyObject, Sendable {
  /// Comes before the first `deliver` of a topic. Comes again where updates were lost on the way: all who
  /// listen are told so, and go on with this history.
  func open(_ topic: Topic, _ history: History)
  /// - Parameter updates: of one topic, in its order.
  func deliver(_ updates: [Update], on topic: Topic)
}

/// Where a client starts to read a topic.
package enum Start: Sendable, Equatable {
  case now
  /// With the oldest update that is kept.
  case earliest
  case after(Cursor)

  /// What a client says: nothing, `earliest`, or a cursor. What is none is a place that is not kept.
  package init(after text: String?) {
    self =
      switch text {
      case nil: .now
      case "earliest": .earliest
      case let text?: .after(Cursor(text) ?? .unknown)
      }
  }
}

/// A part of a topic.
package struct Page: Sendable, Equatable {
  /// About how much text a page holds at most, however long its limit is.
  package static let maximumBytes = 1_000_000

  /// The place before these updates.
  package var start: Cursor
  package var updates: [Update]
  /// The place after these updates.
  package var next: Cursor
  /// Whether the place that was asked for is not kept, so that updates were missed; then these are the
  /// oldest.
  package var isReset: Bool

  package init(start: Cursor, updates: [Update], next: Cursor, isReset: Bool) {
    self.start = start
    self.updates = updates
    self.next = next
    self.isReset = isReset
  }
}

extension Page {
  /// - Returns: nil if `history` does not hold the place that `start` names.
  package init?(of history: History, from start: Start, limit: Int) {
    let number: Int
    switch start {
    case .now: number = history.end
    case .earliest: number = history.start
    case .after(let cursor):
      guard let found = history.number(after: cursor) else { return nil }
      number = found
    }
    guard let updates = history.updates(from: number, limit: limit, bytes: Self.maximumBytes),
      let start = history.place(before: number)
    else { return nil }
    self.init(start: start, updates: updates, next: updates.last?.id ?? start, isReset: false)
  }

  /// The oldest updates of a history that no longer holds the place of a client.
  package init(restartingAt history: History, limit: Int) {
    let updates =
      history.updates(from: history.start, limit: limit, bytes: Self.maximumBytes) ?? []
    let start = history.floor
    self.init(start: start, updates: updates, next: updates.last?.id ?? start, isReset: true)
  }
}

/// Why an update was not taken, or a topic cannot be read.
package enum Refusal: Error, Sendable, Equatable {
  /// The idempotency key stands for an update with another event or other data.
  case keyReused
  /// There is no room for another topic.
  case full
  /// The engine does not answer.
  case unavailable
}
