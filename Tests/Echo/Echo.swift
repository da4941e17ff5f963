import Foundation
import InProcessBroker
import Logging
import NIOCore
import PubSub
import ServiceLifecycle
import UnixSignals
import Updates
import WebServer
import WebSockets

/// Sends every message back, on any path: what the Autobahn test suite talks to. `PORT` (9001) says where.
@main
enum Echo {
  static func main() async throws {
    var variables = ProcessInfo.processInfo.environment
    variables["PORT"] = CommandLine.arguments.dropFirst().first ?? variables["PORT"] ?? "9001"
    let environment = EnvironmentVariables(variables)
    let clock: @Sendable () -> Double = { Date().timeIntervalSince1970 }
    let logger = Logger(label: "echo")
    let limits = HistoryLimits(size: 1, seconds: 1)
    let broker = InProcessBroker(limits: limits, epoch: Numbering.newEpoch(), clock: clock)
    let hub = Hub(fanOut: PubSub(broker: broker), limits: limits, clock: clock)
    let server = WebServer(
      try ServerVariables(environment, maximumConnections: 1000), hub: hub,
      transports: [EchoTransport()], files: "/nonexistent", logger: logger, clock: clock,
      isListening: { print("Listening on ws://127.0.0.1:\($0.port ?? 0)") }
    ) { _ in }
    try await ServiceGroup(
      services: [hub, server], gracefulShutdownSignals: [.sigint, .sigterm], logger: logger
    ).run()
  }
}

private struct EchoTransport: Transport {
  func accept(_ request: TransportRequest) throws(Admission.Rejection) -> Acceptance? {
    // The suite's largest message has 16 MiB.
    .stream(try WebSocket(request, maximumMessage: 64 * 1024 * 1024, user: EchoUser()))
  }
}

private final class EchoUser: WebSocketUser {
  private var socket: WebSocket?

  func begin(on socket: WebSocket) {
    self.socket = socket
  }

  func receive(_ message: Endpoint.Message) {
    _ = socket?.send(Endpoint.frame(message.isText ? .text : .binary, message.bytes))
  }

  func pendingChanged() {}

  func leave() {
    socket?.close(CloseCode(.leaving), "This node is leaving.")
  }

  func closed() {
    socket = nil
  }
}
