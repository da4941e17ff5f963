import Conformance
import PubSub
import Synchronization
import Updates

/// A broker that answers when a test says so, and sends what a test says.
final class ScriptedBroker: Broker {
  enum Request: Sendable, Equatable {
    case subscribe(Topic)
    case unsubscribe(Topic)
  }

  private struct State {
    var receivers: [Topic: @Sendable (Arrival) -> Void] = [:]
    var gate: Gate?
    var refusal: Refusal?
  }

  static let numbering = Numbering(epoch: "test")

  let requests = Journal<Request>()
  private let state = Mutex(State())

  func hold(_ gate: Gate) { state.withLock { $0.gate = gate } }

  func refuse(_ refusal: Refusal?) { state.withLock { $0.refusal = refusal } }

  /// What a test sends reaches the last who subscribed, even after the end of the subscription.
  func send(_ numbers: ClosedRange<Int>, on topic: Topic) {
    let receive = state.withLock { $0.receivers[topic] }
    receive?(.updates(numbers.map { Self.update($0, on: topic) }))
  }

  static func update(_ number: Int, on topic: Topic) -> Update {
    Update(
      id: numbering.cursor(Int64(number), of: topic), topic: topic, event: nil, data: "\(number)")
  }

  var isReady: Bool { true }

  func publish(_ draft: Draft) async throws(Refusal) -> Cursor {
    throw .unavailable
  }

  /// The history that it answers with holds updates 1 and 2.
  func subscribe(
    _ topic: Topic, _ receive: @escaping @Sendable (Arrival) -> Void
  ) async throws(Refusal) -> History {
    state.withLock { $0.receivers[topic] = receive }
    requests.add(.subscribe(topic))
    await state.withLock { $0.gate }?.pass()
    if let refusal = state.withLock({ $0.refusal }) { throw refusal }
    var history = History(floor: Self.numbering.cursor(0, of: topic))
    for number in 1...2 { history.append(Self.update(number, on: topic), at: 0) }
    return history
  }

  func unsubscribe(_ topic: Topic) { requests.add(.unsubscribe(topic)) }

  func page(of topic: Topic, from start: Start, limit: Int) async throws(Refusal) -> Page {
    throw .unavailable
  }

  func refresh(_ topic: Topic) async throws(Refusal) {
    throw .unavailable
  }

  func run() async throws {}
}
