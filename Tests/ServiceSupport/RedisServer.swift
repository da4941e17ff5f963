import Foundation
import NIOCore
import NIOPosix

/// redis-server, with the very settings that projects are given.
package struct RedisServer: Sendable {
  package let process: ServiceProcess
  package let port: Int
  private let extra: [String]

  /// - Parameters:
  ///   - folder: where it keeps its data; that of another server, to go on with what that one kept.
  ///   - extra: settings that win, as arguments: `["--maxmemory", "100mb"]`.
  /// - Returns: once it takes connections.
  package static func start(
    port: Int? = nil, folder: TemporaryFolder? = nil, extra: [String] = []
  ) async throws -> RedisServer {
    let number: Int
    if let port { number = port } else { number = try await ServiceProcess.lastingPort() }
    let folder = try folder ?? TemporaryFolder()
    // A log in a file would say nothing here.
    let ours = [
      "--port", "\(number)", "--bind", "127.0.0.1", "--dir", folder.url.path, "--logfile", "",
      "--daemonize", "no",
    ]
    let process = try ServiceProcess(
      Component.redis.executable(), [settings.path] + ours + extra, folder: folder)
    try await process.waitForLine(containing: "Ready to accept connections")
    return RedisServer(process: process, port: number, extra: extra)
  }

  /// What projects mount into their container.
  private static let settings = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "templates/compose/redis.conf")

  package var folder: TemporaryFolder { process.folder }
  package var url: String { "redis://127.0.0.1:\(port)/0" }

  // MARK: Its life

  package func stop() async throws {
    try await process.terminate()
  }

  package func kill() async throws {
    try await process.kill()
  }

  /// The next one, after this one has ended, on the same port.
  /// - Parameter isEmpty: whether it finds nothing of what this one kept.
  package func startAgain(isEmpty: Bool = false) async throws -> RedisServer {
    try await .start(port: port, folder: isEmpty ? nil : folder, extra: extra)
  }

  // MARK: Commands

  /// What an administrator says; on a connection of its own, so that no program but the server is
  /// needed.
  /// - Returns: the answer, of a list each element on a line.
  /// - Throws: what Redis answers as an error.
  @discardableResult
  package func command(
    _ words: String..., password: String? = nil, within limit: Duration = .usualDeadline
  ) async throws -> String {
    let commands = (password.map { [["AUTH", $0]] } ?? []) + [words]
    let incoming = Watched<(bytes: [UInt8], isOver: Bool)>(([], false))
    let connection = try await RawConnection.open(port: port) { event in
      incoming.update { incoming in
        switch event {
        case .bytes(let buffer): incoming.bytes += buffer.readableBytesView
        case .endOfInput, .ended: incoming.isOver = true
        }
      }
    }
    defer { connection.close() }
    connection.send(commands.flatMap(RedisReply.request))
    let replies = try await incoming.take(
      within: limit, else: { _ in "no answer to \(words)" }
    ) { incoming -> Result<[RedisReply], any Error>? in
      let replies = Result { try RedisReply.read(incoming.bytes, upTo: commands.count) }
      if case .success(let replies) = replies, replies.count < commands.count {
        return incoming.isOver ? .failure(ServiceFailure("\(words): the connection ends")) : nil
      }
      return replies
    }.get()
    for case .error(let problem) in replies { throw ServiceFailure("\(words): \(problem)") }
    return replies.last?.lines ?? ""
  }
}

extension ServiceProcess {
  /// A port that stays ours while nobody listens on it. One of those that the system gives to
  /// connections might be given to a client that tries to connect to it, which then meets itself.
  package static func lastingPort() async throws -> Int {
    while true {
      let port = Int.random(in: 20_000..<30_000)
      let channel = try? await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        .bind(host: "127.0.0.1", port: port).get()
      guard let channel else { continue }
      try await channel.close()
      return port
    }
  }
}
