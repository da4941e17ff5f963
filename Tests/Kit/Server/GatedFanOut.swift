import InProcessBroker
import PubSub
import ServiceSupport
import Synchronization
import Updates

/// Holds back what a test tells it to hold back.
final class Gate: Sendable {
  private struct State {
    var isHolding = false
    var held: [(feed: any Feed, updates: [Update], topic: Topic)] = []
    /// Whoever delivers holds them weakly.
    var feeds: [Topic: GatedFeed] = [:]
  }

  /// How many publishers wait, and whether they have to.
  private let publishing = Watched((isClosed: false, waiting: 0))
  private let state = Mutex(State())

  // MARK: Publishing

  func closePublishing() {
    publishing.update { $0.isClosed = true }
  }

  func openPublishing() {
    publishing.update { $0.isClosed = false }
  }

  func waitForPublishers(_ count: Int) async throws {
    try await publishing.take(within: .usualDeadline, else: { "\($0.waiting) wait" }) {
      $0.waiting >= count ? () : nil
    }
  }

  fileprivate func pass() async {
    publishing.update { $0.waiting += 1 }
    _ = try? await publishing.take { $0.isClosed ? nil : () }
    publishing.update { $0.waiting -= 1 }
  }

  // MARK: Delivering

  func holdDeliveries() {
    state.withLock { $0.isHolding = true }
  }

  /// All that was held of a topic is delivered at once.
  func releaseDeliveries() {
    state.withLock { state in
      state.isHolding = false
      let topics = Set(state.held.map(\.topic))
      for topic in topics {
        let held = state.held.filter { $0.topic == topic }
        held[0].feed.deliver(held.flatMap(\.updates), on: topic)
      }
      state.held = []
    }
  }

  fileprivate func keep(_ feed: GatedFeed?, of topic: Topic) {
    state.withLock { $0.feeds[topic] = feed }
  }

  fileprivate func deliver(_ updates: [Update], on topic: Topic, to feed: any Feed) {
    state.withLock { state in
      if state.isHolding {
        state.held.append((feed, updates, topic))
      } else {
        feed.deliver(updates, on: topic)
      }
    }
  }
}

/// In this process, with a gate before it and one behind it.
struct GatedFanOut: FanOut {
  let gate: Gate
  let inner: PubSub

  var isReady: Bool { inner.isReady }

  func publish(_ draft: Draft) async throws(Refusal) -> Cursor {
    await gate.pass()
    return try await inner.publish(draft)
  }

  func follow(_ topic: Topic, into feed: any Feed) async throws(Refusal) {
    let gated = GatedFeed(feed, gate)
    gate.keep(gated, of: topic)
    try await inner.follow(topic, into: gated)
  }

  func unfollow(_ topic: Topic) {
    inner.unfollow(topic)
    gate.keep(nil, of: topic)
  }

  func page(of topic: Topic, from start: Start, limit: Int) async throws(Refusal) -> Page {
    try await inner.page(of: topic, from: start, limit: limit)
  }

  func refresh(_ topic: Topic) async throws(Refusal) {
    try await inner.refresh(topic)
  }

  func run() async throws {
    try await inner.run()
  }
}

private final class GatedFeed: Feed {
  private let feed: any Feed
  private let gate: Gate

  init(_ feed: any Feed, _ gate: Gate) {
    self.feed = feed
    self.gate = gate
  }

  func open(_ topic: Topic, _ history: History) {
    feed.open(topic, history)
  }

  func deliver(_ updates: [Update], on topic: Topic) {
    gate.deliver(updates, on: topic, to: feed)
  }
}

extension Node.Engine {
  static func gated(_ gate: Gate) -> Node.Engine {
    Node.Engine(testDescription: "gated") { limits in
      GatedFanOut(
        gate: gate,
        inner: PubSub(
          broker: InProcessBroker(
            limits: limits, epoch: Numbering.newEpoch(), clock: Node.clock)))
    }
  }
}
