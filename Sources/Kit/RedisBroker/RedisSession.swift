import NIOCore

/// A node's connections to a Redis that can be used: one for commands, and one for messages, on which no
/// command can be sent. Belongs to one event loop.
final class RedisSession {
  typealias Connection = NIOLoopBound<RedisConnection>

  enum Message {
    /// Everything that is published on this channel comes from now on.
    case subscribed(channel: String)
    case published(channel: String, payload: String)
  }

  let commands: RedisConnection
  private let messages: RedisConnection
  private let hashes: [String: String]
  /// The epoch of the history, when this session began.
  let epoch: String
  let isDurable: Bool
  /// Why it takes no updates, if it does not.
  let problem: RedisProblem?
  /// How long a command may take.
  let patience: TimeAmount
  private var isLost = false

  private init(
    _ opened: Opened, commands: RedisConnection, messages: RedisConnection, patience: TimeAmount
  ) {
    self.commands = commands
    self.messages = messages
    self.patience = patience
    (hashes, epoch) = (opened.hashes, opened.epoch)
    (isDurable, problem) = (opened.isDurable, opened.problem)
  }

  private struct Opened: Sendable {
    var hashes: [String: String] = [:]
    var epoch = ""
    var isDurable = true
    var problem: RedisProblem?
  }

  /// - Parameters:
  ///   - epoch: names the history if Redis has none.
  ///   - patience: how long each step may take.
  /// - Throws: `RedisProblem`
  static func open(
    _ address: RedisAddress, on loop: any EventLoop, epoch: String, patience: TimeAmount
  ) async throws -> NIOLoopBound<RedisSession> {
    let commands = try await connect(to: address, on: loop, patience)
    do {
      let messages = try await connect(to: address, on: loop, patience)
      do {
        let opened = try await prepare(commands, epoch: epoch, patience)
        return try await loop.submit {
          let session = RedisSession(
            opened, commands: commands.value, messages: messages.value, patience: patience)
          return NIOLoopBound(session, eventLoop: loop)
        }.get()
      } catch {
        close(messages)
        throw error
      }
    } catch {
      close(commands)
      throw error
    }
  }

  private static func close(_ connection: Connection) {
    connection.eventLoop.execute { connection.value.close() }
  }

  private static func connect(
    to address: RedisAddress, on loop: any EventLoop, _ patience: TimeAmount
  ) async throws -> Connection {
    let connection: Connection
    do {
      connection = try await RedisConnection.connect(to: address, on: loop, within: patience).get()
    } catch is ChannelError {
      throw RedisProblem.silent
    } catch {
      throw RedisProblem.unreachable
    }
    do {
      if let password = address.password {
        _ = try await ask(
          connection, ["AUTH"] + (address.user.map { [$0] } ?? []) + [password], patience)
      }
      // Which says whether a password is wanted, too.
      _ = try await ask(connection, ["SELECT", "\(address.database)"], patience)
      return connection
    } catch {
      close(connection)
      throw error
    }
  }

  private static func prepare(
    _ connection: Connection, epoch: String, _ patience: TimeAmount
  ) async throws -> Opened {
    var opened = Opened()
    do {
      let info = try await ask(connection, ["INFO"], patience)
      let report = ServerReport(info.string ?? "")
      if let problem = report.problem { throw problem }
      opened.isDurable = report.isDurable
    } catch RedisProblem.permission {
      // Whoever forbids to ask answers for it.
    }
    for script in [Scripts.append, Scripts.read, Scripts.renew] {
      let hash = try await ask(connection, ["SCRIPT", "LOAD", script], patience)
      opened.hashes[script] = hash.string
    }
    // A user may have keys and no channels.
    _ = try await ask(connection, ["PUBLISH", Scripts.streamPrefix, ""], patience)
    do {
      // Written, so that a server that takes no writes is known from the start.
      _ = try await ask(connection, ["HSET", Scripts.topics, "/opened", epoch], patience)
      _ = try await ask(connection, ["HSETNX", Scripts.topics, "/epoch", epoch], patience)
    } catch let problem as RedisProblem where problem.isOfWriting {
      opened.problem = problem
    }
    let known = try await ask(connection, ["HGET", Scripts.topics, "/epoch"], patience)
    opened.epoch = known.string.flatMap(Epoch.init)?.text ?? epoch
    return opened
  }

  private static func ask(
    _ connection: Connection, _ words: [String], _ patience: TimeAmount
  ) async throws -> Reply {
    let reply: Reply
    // Of a server that is told to end.
    guard !Task.isCancelled else { throw RedisProblem.silent }
    do {
      reply = try await connection.eventLoop.flatSubmit {
        connection.value.send(words, by: .now() + patience)
      }.get()
    } catch RedisConnection.Failure.late {
      throw RedisProblem.silent
    } catch {
      throw RedisProblem.unreachable
    }
    if case .error(let text) = reply { throw RedisProblem(text) }
    return reply
  }

  // MARK: Use

  /// Calls `body` once, when one of the connections has ended.
  func whenLost(_ body: @escaping () -> Void) {
    for connection in [commands, messages] {
      connection.closeFuture.assumeIsolated().whenComplete { [self] _ in
        guard !isLost else { return }
        isLost = true
        close()
        body()
      }
    }
  }

  func close() {
    commands.close()
    messages.close()
  }

  /// - Parameter refused: what was subscribed to and may not be.
  func whenMessage(
    _ body: @escaping (Message) -> Void, refused: @escaping (RedisProblem) -> Void
  ) {
    messages.onMessage = { reply in
      if case .error(let text) = reply { return refused(RedisProblem(text)) }
      let parts = reply.array ?? []
      switch (
        parts.first?.string, parts.dropFirst().first?.string, parts.dropFirst(2).first?.string
      ) {
      case ("subscribe", let channel?, _): body(.subscribed(channel: channel))
      case ("message", let channel?, let payload?):
        body(.published(channel: channel, payload: payload))
      default: break
      }
    }
  }

  func subscribe(_ channels: [String]) {
    guard !channels.isEmpty else { return }
    messages.post(["SUBSCRIBE"] + channels)
  }

  func unsubscribe(_ channel: String) {
    messages.post(["UNSUBSCRIBE", channel])
  }

  func send(_ words: [String]) -> EventLoopFuture<Reply> {
    commands.send(words, by: .now() + patience)
  }

  /// Runs a script, whose text Redis has unless somebody made it forget it.
  func run(
    _ script: String, _ keys: [String], _ arguments: [String]
  ) -> EventLoopFuture<Reply> {
    let rest = ["\(keys.count)"] + keys + arguments
    guard let hash = hashes[script] else { return send(["EVAL", script] + rest) }
    return send(["EVALSHA", hash] + rest).assumeIsolated().flatMap { [self] reply in
      guard case .error(let text) = reply, text.hasPrefix("NOSCRIPT") else {
        return commands.eventLoop.makeSucceededFuture(reply)
      }
      return send(["EVAL", script] + rest)
    }.nonisolated()
  }
}
