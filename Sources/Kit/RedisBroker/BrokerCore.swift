import DequeModule
import Logging
import NIOCore
import PubSub
import Updates

/// What the broker knows and does, on its event loop.
final class BrokerCore {
  struct Subscription {
    /// Tells two subscriptions of one topic apart.
    var number: Int
    var receive: @Sendable (Arrival) -> Void
    /// Who waits for the history, until it was handed over.
    var opening: EventLoopPromise<History>?
    var reading = Following<EventLoopPromise<Void>>()
  }

  struct PageKey: Hashable {
    var topic: Topic
    var place: Place
    var limit: Int

    enum Place: Hashable {
      case now, earliest
      case after(StreamCursor)
      /// One that no stream has.
      case nowhere
    }
  }

  /// Of streams, at once.
  private static let maximumReads = 64
  private static let channelsAtOnce = 100
  private static let beatsBetweenReports = 10

  let loop: any EventLoop
  let log: StreamLog
  private let patience: RedisBroker.Patience
  private let readiness: Readiness
  private let logger: Logger
  /// As it is called in the log.
  private let server: String

  private(set) var session: RedisSession?
  private var isOver = false
  /// What keeps Redis from being used, or from taking updates.
  private var problem: RedisProblem?
  /// The last that was wrong with one command only.
  private var mishap: RedisProblem?
  private var hasWarned = false
  /// Who waits for a connection.
  private var patient: [EventLoopPromise<RedisSession>] = []

  /// Of the history that subscribers and publishers were told of last.
  private(set) var epoch = ""
  var subscriptions: [Topic: Subscription] = [:]
  var lastNumber = 0
  /// Subscriptions whose start Redis has to confirm, in this order.
  var unconfirmed: Deque<(topic: Topic, number: Int)> = []
  private var reads = 0
  private var postponed: Deque<() -> Void> = []
  /// Topics whose last read has failed.
  var failed: Set<Topic> = []
  var pages = SharedReads<PageKey, Page>()

  /// What is published here shows that messages still arrive.
  private let pulse: String
  private var beats: RepeatedTask?
  private var lastPulse = NIODeadline.now()
  private var beatsUntilReport = beatsBetweenReports

  init(
    _ address: RedisAddress, log: StreamLog, patience: RedisBroker.Patience, readiness: Readiness,
    logger: Logger, on loop: any EventLoop
  ) {
    server = "Redis at \(address.host):\(address.port)"
    self.log = log
    self.patience = patience
    self.readiness = readiness
    self.logger = logger
    self.loop = loop
    pulse = Scripts.prefix + "pulse:" + log.newEpoch()
  }

  // MARK: Connections

  /// - Returns: what is complete when the session has ended.
  func use(_ session: RedisSession) -> EventLoopFuture<Void> {
    guard !isOver else {
      session.close()
      return loop.makeSucceededVoidFuture()
    }
    self.session = session
    if let problem = session.problem { isDown(problem) }
    if !session.isDurable, !hasWarned {
      hasWarned = true
      logger.warning("\(server) keeps updates in memory only: its appendonly is off.")
    }
    session.whenMessage { [weak self] in
      self?.take($0)
    } refused: { [weak self, weak session] problem in
      self?.isDown(problem)
      session?.close()
    }
    let lost = loop.makePromise(of: Void.self)
    session.whenLost { [weak self] in
      self?.lost()
      lost.succeed()
    }
    guard self.session === session else { return lost.futureResult }
    adopt(session.epoch)
    session.subscribe([pulse])
    follow(Array(subscriptions.keys), in: session)
    lastPulse = .now()
    let bound = NIOLoopBound(self, eventLoop: loop)
    beats = loop.scheduleRepeatedTask(initialDelay: patience.beat, delay: patience.beat) { _ in
      bound.value.beat()
    }
    let patient = patient
    self.patient = []
    for promise in patient { promise.assumeIsolated().succeed(session) }
    return lost.futureResult
  }

  func follow(_ topics: [Topic], in session: RedisSession) {
    for start in stride(from: 0, to: topics.count, by: Self.channelsAtOnce) {
      let topics = topics[start..<min(start + Self.channelsAtOnce, topics.count)]
      unconfirmed += topics.compactMap { topic in
        subscriptions[topic].map { (topic, $0.number) }
      }
      session.subscribe(topics.map { Scripts.stream(of: $0.name) })
    }
  }

  private func lost() {
    session = nil
    beats?.cancel()
    beats = nil
    unconfirmed = []
    (reads, postponed, failed) = (0, [], [])
    readiness.isDown()
    if !isOver, problem == nil {
      problem = .unreachable
      logger.warning("\(server): the connection is lost.")
    }
    for topic in subscriptions.keys {
      for waiter in subscriptions[topic]?.reading.disconnected() ?? [] {
        waiter.fail(Refusal.unavailable)
      }
      guard let opening = subscriptions[topic]?.opening else { continue }
      opening.fail(Refusal.unavailable)
      subscriptions[topic] = nil
    }
  }

  func cannotConnect(_ problem: RedisProblem) {
    isDown(problem)
    if !readiness.isReady { failPatient() }
  }

  /// No session comes any more.
  func end() {
    isOver = true
    session?.close()
    failPatient()
  }

  private func failPatient() {
    let patient = patient
    self.patient = []
    for promise in patient { promise.fail(Refusal.unavailable) }
  }

  /// Runs `body` with a session, for which it is worth waiting a moment.
  func withSession<Value: Sendable>(
    _ body: @escaping (RedisSession) -> EventLoopFuture<Value>
  ) -> EventLoopFuture<Value> {
    if let session { return body(session) }
    guard !isOver, readiness.isReady || problem == nil else {
      return loop.makeFailedFuture(Refusal.unavailable)
    }
    let promise = loop.makePromise(of: RedisSession.self)
    patient.append(promise)
    let timeout = loop.scheduleTask(in: patience.command) { promise.fail(Refusal.unavailable) }
    return promise.futureResult.assumeIsolated().flatMap { session in
      timeout.cancel()
      return body(session)
    }.nonisolated()
  }

  // MARK: Health

  private func beat() {
    guard let session else { return }
    if NIODeadline.now() - lastPulse > patience.beat * 3 {
      isDown(.silent)
      return session.close()
    }
    _ = session.send(["PUBLISH", pulse, ""])
    beatsUntilReport -= 1
    if beatsUntilReport <= 0 { askForReport(session) }
    session.send(["HGET", Scripts.topics, "/epoch"]).assumeIsolated().whenSuccess { [weak self] in
      switch $0 {
      case .string(let text): if let epoch = Epoch(text) { self?.adopt(epoch.text) }
      case .null: self?.renew { _ in }
      default: break
      }
    }
    // What else its user may not do only an update can show.
    if problem != nil, problem != .permission {
      session.send(["HSET", Scripts.topics, "/opened", epoch]).assumeIsolated().whenSuccess {
        [weak self] in
        if case .integer = $0 { self?.works() }
      }
    }
    let failed = failed
    self.failed = []
    for topic in failed { perform(subscriptions[topic]?.reading.next(), topic) }
  }

  /// What was well at the start may have been changed since.
  private func askForReport(_ session: RedisSession) {
    beatsUntilReport = Self.beatsBetweenReports
    session.send(["INFO"]).assumeIsolated().whenSuccess { [weak self, weak session] reply in
      guard let text = reply.string, let problem = ServerReport(text).problem else { return }
      self?.isDown(problem)
      session?.close()
    }
  }

  func works() {
    if problem != nil { logger.info("\(server) is back.") }
    (problem, mishap) = (nil, nil)
    readiness.isUp()
  }

  /// What a command was answered with.
  func met(_ problem: RedisProblem) {
    guard case .error = problem else { return isDown(problem) }
    if problem != mishap { logger.error("\(server) \(problem).") }
    mishap = problem
  }

  private func isDown(_ problem: RedisProblem) {
    if problem != self.problem { logger.error("\(server) \(problem). Nothing can be published.") }
    self.problem = problem
    readiness.isDown()
    // Where a name leads to may have changed.
    if problem == .replica { session?.close() }
  }

  // MARK: Epochs

  /// All that was seen is of another history if its epoch is another.
  ///
  /// - Parameter current: a topic of which just the other history was read.
  func adopt(_ epoch: String, with current: Topic? = nil) {
    guard epoch != self.epoch else { return }
    let isFirst = self.epoch.isEmpty
    self.epoch = epoch
    guard !isFirst else { return }
    logger.warning("\(server) has lost updates. All who listen are told so.")
    for topic in subscriptions.keys where topic != current {
      perform(subscriptions[topic]?.reading.restart(), topic)
    }
  }

  /// The history is not the one that was seen here: unless another node has said so already, all are told
  /// by another epoch.
  ///
  /// - Parameter body: is told whether it could be done.
  func renew(then body: @escaping (Bool) -> Void) {
    guard let session else { return body(false) }
    log.renew(epoch, in: session).assumeIsolated().whenComplete { [weak self] result in
      switch result {
      case .success(.string(let text)):
        guard let epoch = Epoch(text) else { return body(false) }
        self?.adopt(epoch.text)
        body(true)
      case .success(.error(let text)):
        self?.met(RedisProblem(text))
        body(false)
      default: body(false)
      }
    }
  }

  // MARK: Messages and reads

  private func take(_ message: RedisSession.Message) {
    switch message {
    case .published(pulse, _): lastPulse = .now()
    // Until now nothing said that messages are permitted.
    case .subscribed(pulse): if session?.problem == nil { works() }
    case .subscribed:
      guard !unconfirmed.isEmpty else { return }
      let (topic, number) = unconfirmed.removeFirst()
      guard subscriptions[topic]?.number == number else { return }
      perform(subscriptions[topic]?.reading.subscribed(), topic)
    case .published(let channel, let payload): wake(channel, payload)
    }
  }

  /// - Parameter body: begins a read in `session`, now or when others have ended, and then calls `readEnded`.
  func whenFree(in session: RedisSession, _ body: @escaping () -> Void) {
    guard self.session === session else { return }
    guard reads < Self.maximumReads else { return postponed.append(body) }
    reads += 1
    body()
  }

  func readEnded() {
    reads -= 1
    guard let session, let next = postponed.popFirst() else { return }
    // In a turn of its own: on a connection that is broken all of them end at once, each within the one before.
    loop.assumeIsolated().execute { [self] in whenFree(in: session, next) }
  }
}
