import NIOCore
import NIOHTTP1
import Polling
import Updates
import WebServer

/// A request that waits for news. It subscribes like a stream whose client takes one answer at a time: until
/// it asks again, something is pending.
final class HeldPoll: HeldRequest, Subscriber {
  let seconds: Int64
  private let hub: Hub
  private let topic: Topic
  private var start: Start
  private let known: [String]
  private let channel: any Channel
  private var pages: PageFormat
  /// Whether the one before on this connection looked the same.
  private var isRepeated = false
  /// nil once it is answered.
  private var connection: (any HeldConnection)?
  private var subscription: Subscription?
  private var place: Cursor?
  /// Whether the wait was over before there was a place.
  private var isDue = false
  private var isOver = false

  init(hub: Hub, wanted: PageRequest, seconds: Int64, request: TransportRequest) {
    self.hub = hub
    self.seconds = seconds
    topic = wanted.topic
    start = wanted.start
    known = request.head.headers["If-None-Match"]
    channel = request.channel
    pages = PageFormat(limit: wanted.limit, node: request.node)
  }

  /// The same request came once more, from another place.
  func ask(after cursor: Cursor, on connection: any HeldConnection) {
    start = .after(cursor)
    place = nil
    isDue = false
    pages.isReset = false
    isRepeated = true
    connection.hold(self)
  }

  var format: any WireFormat { pages }
  var pendingBytes: Int { connection == nil ? 1 : 0 }
  var descriptor: Descriptor? { nil }

  func begin(on connection: any HeldConnection) {
    self.connection = connection
    if case .after(let cursor) = start, subscription?.resume(at: cursor) == true {
      place = cursor
      return
    }
    unsubscribe()
    if !isRepeated { RepeatedPolls.watch(channel).held(self, on: connection) }
    subscription = hub.subscribe(self, to: topic, from: start, on: channel.eventLoop)
    // The connection may have ended with an answer at once.
    if isOver { unsubscribe() }
  }

  func place(at cursor: Cursor, isReset: Bool) {
    place = cursor
    guard isReset || isDue else { return }
    pages.isReset = isReset
    // The oldest updates come in this very turn, if there are any.
    channel.eventLoop.assumeIsolated().execute { [weak self] in self?.expire() }
  }

  func write(_ bytes: ByteBuffer) -> Bool {
    answer(bytes)
    // It is among those who are told of a reset.
    if pages.isReset { unsubscribe() }
    return false
  }

  func beat() {}

  func end(_ reason: EndReason) {
    subscription = nil
    answer(unavailable)
  }

  func expire() {
    // Until the topic is open, nobody knows the place that the client is to go on from.
    if place == nil { isDue = true } else { leave() }
  }

  func leave() {
    guard connection != nil else { return }
    unsubscribe()
    answer(place.map { pages.empty(at: $0, unless: known) } ?? unavailable)
  }

  func closed() {
    isOver = true
    connection = nil
    unsubscribe()
  }

  private func unsubscribe() {
    subscription?.cancel()
    subscription = nil
  }

  private func answer(_ response: ByteBuffer) {
    let connection = connection
    self.connection = nil
    connection?.answer(response)
  }

  private var unavailable: ByteBuffer {
    Admission.Rejection.unreadable.response(from: pages.node)
  }
}
