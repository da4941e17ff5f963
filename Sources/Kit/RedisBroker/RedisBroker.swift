import Logging
import NIOCore
import NIOPosix
import PubSub
import Updates

/// A broker in Redis (6.2 or later) or Valkey, which any number of nodes share.
///
/// Each topic is a stream there. One script appends to it, remembers the idempotency key, and publishes a
/// message that only wakes the nodes that follow the topic: what there is to deliver they read from the
/// stream. So it does not matter which messages a node missed while it was not connected.
package final class RedisBroker: Broker, Sendable {
  /// How long to wait for what.
  package struct Patience: Sendable {
    /// For the answer to a command, and for a connection.
    package var command = TimeAmount.seconds(2)
    /// Until a node that cannot use Redis says that it is not ready.
    package var grace = TimeAmount.seconds(5)
    /// Between two looks at whether messages still arrive here.
    package var beat = TimeAmount.seconds(1)
    /// Between two attempts to connect, at most.
    package var longestPause = TimeAmount.seconds(1)

    package init() {}
  }

  private let address: RedisAddress
  private let patience: Patience
  private let newEpoch: @Sendable () -> String
  private let core: NIOLoopBoundBox<BrokerCore>
  private let readiness: Readiness

  /// - Parameters:
  ///   - newEpoch: names a history that begins, where Redis has none or has lost a part of it.
  ///   - clock: seconds since 1970; nil for the clock of Redis, which all nodes share.
  package init(
    _ address: RedisAddress, limits: HistoryLimits, newEpoch: @escaping @Sendable () -> String,
    logger: Logger, patience: Patience = Patience(), clock: (@Sendable () -> Double)? = nil
  ) {
    let readiness = Readiness(grace: patience.grace)
    let loop = MultiThreadedEventLoopGroup.singleton.next()
    core = NIOLoopBoundBox.makeBoxSendingValue(
      BrokerCore(
        address, log: StreamLog(limits: limits, newEpoch: newEpoch, clock: clock),
        patience: patience,
        readiness: readiness, logger: logger, on: loop),
      eventLoop: loop)
    self.address = address
    self.patience = patience
    self.newEpoch = newEpoch
    self.readiness = readiness
  }

  package var isReady: Bool { readiness.isReady }

  package func publish(_ draft: Draft) async throws(Refusal) -> Cursor {
    try await ask { $0.publish(draft) }
  }

  package func subscribe(
    _ topic: Topic, _ receive: @escaping @Sendable (Arrival) -> Void
  ) async throws(Refusal) -> History {
    try await ask { $0.subscribe(topic, receive) }
  }

  package func unsubscribe(_ topic: Topic) {
    core.eventLoop.execute { [core] in core.value.unsubscribe(topic) }
  }

  package func page(of topic: Topic, from start: Start, limit: Int) async throws(Refusal) -> Page {
    try await ask { $0.page(of: topic, from: start, limit: limit) }
  }

  package func refresh(_ topic: Topic) async throws(Refusal) {
    try await ask { $0.refresh(topic) }
  }

  package func run() async throws {
    let loop = core.eventLoop
    var pause = Pause(longest: patience.longestPause)
    while !Task.isCancelled {
      do {
        let session = try await RedisSession.open(
          address, on: loop, epoch: newEpoch(), patience: patience.command)
        let begin = NIODeadline.now()
        try await withTaskCancellationHandler {
          try await loop.flatSubmit { [core] in core.value.use(session.value) }.get()
        } onCancel: {
          loop.execute { [core] in core.value.end() }
        }
        // One that lasted; others may end as soon as they begin, again and again.
        if .now() - begin > patience.grace { pause = Pause(longest: patience.longestPause) }
      } catch let problem as RedisProblem {
        try await loop.submit { [core] in core.value.cannotConnect(problem) }.get()
      }
      try? await Task.sleep(for: pause.next { .random(in: $0) })
    }
    try await loop.submit { [core] in core.value.end() }.get()
  }

  private func ask<Value: Sendable>(
    _ question: @escaping @Sendable (BrokerCore) -> EventLoopFuture<Value>
  ) async throws(Refusal) -> Value {
    do {
      return try await core.eventLoop.flatSubmit { [core] in question(core.value) }.get()
    } catch let refusal as Refusal {
      throw refusal
    } catch {
      throw .unavailable
    }
  }
}
