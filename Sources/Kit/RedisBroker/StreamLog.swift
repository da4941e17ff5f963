import NIOCore
import Updates

/// The streams of Redis as a log of updates: the scripts with what they are told and what they answer.
struct StreamLog {
  /// What a node takes into memory of a topic when its first client comes: updates, and bytes of them.
  static let heldInMemory = (updates: 10_000, bytes: 16_000_000)

  private let limits: HistoryLimits
  private let clock: (@Sendable () -> Double)?
  let newEpoch: @Sendable () -> String

  init(
    limits: HistoryLimits, newEpoch: @escaping @Sendable () -> String,
    clock: (@Sendable () -> Double)?
  ) {
    self.limits = limits
    self.newEpoch = newEpoch
    self.clock = clock
  }

  enum Appended {
    case at(StreamCursor)
    case reused
    case problem(RedisProblem)

    init(_ reply: Reply) {
      switch reply {
      case .error(let text): self = .problem(RedisProblem(text))
      case .array(let parts):
        guard parts.count == 3, let epoch = parts[0].string.flatMap(Epoch.init)?.text,
          let id = parts[2].string.flatMap({ StreamID($0) })
        else { fallthrough }
        self = parts[1].string == "reused" ? .reused : .at(StreamCursor(epoch: epoch, id: id))
      default: self = .problem(.error("unknown"))
      }
    }
  }

  func append(
    _ draft: Draft, in session: RedisSession
  ) -> EventLoopFuture<Appended> {
    session.run(
      Scripts.append, Scripts.keys(of: draft.topic.name),
      common(draft.topic) + [
        newEpoch(), "\(limits.size ?? 0)", "\(limits.topics)", draft.event?.name ?? "", draft.data,
        draft.key?.text ?? "",
      ]
    ).map(Appended.init)
  }

  enum Direction: String {
    case after, before
  }

  /// - Parameter place: nil for all.
  func read(
    _ topic: Topic, _ direction: Direction, _ place: StreamCursor?, limit: Int,
    in session: RedisSession
  ) -> EventLoopFuture<Found<StreamPage>> {
    session.run(
      Scripts.read, Scripts.keys(of: topic.name),
      common(topic) + [
        direction.rawValue, place?.epoch ?? "", place?.id.description ?? "", "\(limit)",
        "\(Page.maximumBytes)",
      ]
    ).map(StreamPage.read)
  }

  /// All that a node holds of a topic, from the newest to the oldest, page by page.
  func history(
    of topic: Topic, in session: RedisSession
  ) -> EventLoopFuture<Found<LoadedHistory.Whole>> {
    more(LoadedHistory(topic, held: limits.size ?? .max), in: session)
  }

  private func more(
    _ loaded: LoadedHistory, in session: RedisSession
  ) -> EventLoopFuture<Found<LoadedHistory.Whole>> {
    read(loaded.topic, .before, loaded.oldest, limit: 500, in: session).assumeIsolated().flatMap {
      result in
      var loaded = loaded
      switch loaded.take(result) {
      case .done(let result): return session.commands.eventLoop.makeSucceededFuture(result)
      case .more: return more(loaded, in: session)
      }
    }.nonisolated()
  }

  /// - Returns: the epoch that holds now.
  func renew(_ epoch: String, in session: RedisSession) -> EventLoopFuture<Reply> {
    session.run(Scripts.renew, [Scripts.topics], [epoch, newEpoch()])
  }

  private func common(_ topic: Topic) -> [String] {
    [
      topic.name, clock.map { "\(Int($0() * 1000))" } ?? "",
      "\(Int((limits.seconds ?? 0).rounded(.up)))",
      limits.keepsLatest ? "1" : "0",
    ]
  }
}
