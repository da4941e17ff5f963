import Foundation
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle
import Testing
import Updates

@testable import App

/// This project's own server, on a free port and in a folder of its own, for the length of a test.
struct Server {
  let port: Int

  static func run(
    _ variables: [String: String] = [:], _ test: (Server) async throws -> Void
  ) async throws {
    let environment = EnvironmentVariables(["PORT": "0"].merging(variables) { $1 })
    let (addresses, listening) = AsyncStream.makeStream(of: SocketAddress.self)
    let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let services = try App.services(environment, in: folder.path, logger: logger) {
      listening.yield($0)
    }
    let group = ServiceGroup(services: services, logger: logger)
    try await withThrowingTaskGroup { tasks in
      tasks.addTask {
        defer { listening.finish() }
        try await group.run()
      }
      let address = await addresses.first { _ in true }
      try await test(Server(port: try #require(address?.port)))
      await group.triggerGracefulShutdown()
      try await tasks.waitForAll()
    }
  }

  /// Sends one request and reads the answer until it contains `end`.
  func answer(
    _ method: String, _ path: String, _ headers: [String: String] = [:], body: String = "",
    until end: String
  ) async throws -> String {
    let lines = headers.map { "\($0.key): \($0.value)\r\n" }.joined()
    let request = """
      \(method) \(path) HTTP/1.1\r\nHost: localhost\r\nContent-Length: \(body.utf8.count)\r\n\
      \(lines)\r\n\(body)
      """
    return try await connect().executeThenClose { inbound, outbound in
      try await outbound.write(ByteBuffer(string: request))
      var text = ""
      for try await bytes in inbound {
        text += String(buffer: bytes)
        if text.contains(end) { return text }
      }
      Issue.record("The connection ended before \(end) came: \(text)")
      return text
    }
  }

  func connect() async throws -> NIOAsyncChannel<ByteBuffer, ByteBuffer> {
    try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .connect(host: "127.0.0.1", port: port) { channel in
        channel.eventLoop.makeCompletedFuture {
          try NIOAsyncChannel(wrappingChannelSynchronously: channel)
        }
      }
  }

  /// Publishes on the topic `demo`.
  @discardableResult
  func publish(_ text: String, _ headers: [String: String] = [:]) async throws -> String {
    try await answer("POST", "/topics/demo/updates", headers, body: text, until: "\"}")
  }
}
