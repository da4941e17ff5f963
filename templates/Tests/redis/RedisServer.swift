import Foundation
import NIOCore
import NIOPosix
import Testing

/// A Redis with the settings of this project, on a free port and with its data in a folder of its own, for the
/// length of a test.
struct RedisServer {
  struct Failed: Error, CustomStringConvertible {
    var description: String
  }

  let url: String
  private let process: Process
  private let folder: URL

  /// Where Redis is not installed the test is skipped, and in CI it fails.
  static func start() async throws -> RedisServer {
    guard let program else {
      let advice = "redis-server is not here: apt-get install redis-server"
      if ProcessInfo.processInfo.environment["CI"] == "true" { throw Failed(description: advice) }
      try Test.cancel("\(advice)")
    }
    var said = ""
    // Somebody else may take a free port first.
    for _ in 1...5 {
      let server = try await RedisServer(program, port: freePort())
      said = server.beginning()
      if server.process.isRunning { return server }
      server.stop()
    }
    throw Failed(description: said)
  }

  /// It does not hear of SIGTERM: on Linux it was started with the signals blocked that tasks have blocked.
  func stop() {
    if process.isRunning { kill(process.processIdentifier, SIGKILL) }
    process.waitUntilExit()
    try? FileManager.default.removeItem(at: folder)
  }

  private init(_ program: URL, port: Int) throws {
    url = "redis://127.0.0.1:\(port)"
    folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let project = URL(filePath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    process = Process()
    process.executableURL = program
    process.arguments = [
      project.appending(path: "redis.conf").path, "--port", "\(port)", "--bind", "127.0.0.1",
      "--dir", folder.path, "--logfile", "", "--daemonize", "no",
    ]
    process.standardOutput = Pipe()
    try process.run()
  }

  /// What it says until it takes connections, or ends. It says little more after that.
  private func beginning() -> String {
    guard let pipe = process.standardOutput as? Pipe else { return "" }
    var text = ""
    while !text.contains("Ready to accept connections") {
      let bytes = pipe.fileHandleForReading.availableData
      if bytes.isEmpty {
        process.waitUntilExit()
        break
      }
      text += String(decoding: bytes, as: UTF8.self)
    }
    return text
  }

  private static let program: URL? = {
    let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/local/bin:/usr/bin"
    return path.split(separator: ":").map { URL(filePath: "\($0)/redis-server") }
      .first { FileManager.default.isExecutableFile(atPath: $0.path) }
  }()

  private static func freePort() async throws -> Int {
    let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .bind(host: "127.0.0.1", port: 0).get()
    let port = channel.localAddress?.port ?? 0
    try await channel.close()
    return port
  }
}
