import NIOCore
import NIOPosix

/// A network that misbehaves when a test tells it to: one port of 127.0.0.1 before another.
///
/// Everything holds at once, for connections that are open and for those to come, unless it says
/// otherwise.
package final class TCPProxy: Sendable {
  package struct Directions: OptionSet, Sendable {
    package let rawValue: Int

    package init(rawValue: Int) {
      self.rawValue = rawValue
    }

    package static let toServer = Directions(rawValue: 1)
    package static let toClient = Directions(rawValue: 2)
    package static let both: Directions = [.toServer, .toClient]
  }

  package enum Cut: Sendable {
    case close
    /// Both ends get a RST.
    case reset
  }

  package let port: Int
  private let listener: any Channel
  private let core: NIOLoopBound<ProxyCore>

  package static func start(to target: Int) async throws -> TCPProxy {
    let loop = MultiThreadedEventLoopGroup.singleton.next()
    let server = try SocketAddress(ipAddress: "127.0.0.1", port: target)
    let core = try await loop.submit {
      NIOLoopBound(ProxyCore(loop: loop, server: server), eventLoop: loop)
    }.get()
    let listener = try await ServerBootstrap(group: loop)
      .serverChannelOption(.backlog, value: 1024)
      .childChannelOption(.allowRemoteHalfClosure, value: true)
      .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try core.value.add(client: channel)
        }
      }
      .bind(host: "127.0.0.1", port: 0).get()
    guard let port = listener.localAddress?.port else {
      throw ServiceFailure("the proxy has no port")
    }
    return TCPProxy(port: port, listener: listener, core: core)
  }

  private init(port: Int, listener: any Channel, core: NIOLoopBound<ProxyCore>) {
    self.port = port
    self.listener = listener
    self.core = core
  }

  deinit {
    listener.close(promise: nil)
    core.eventLoop.execute { [core] in core.value.cut(.close) }
  }

  /// How many connections have not ended on both sides.
  package func connections() async throws -> Int {
    try await onLoop { $0.connections.count }
  }

  /// Ends all connections; what they still hold is lost.
  package func cut(_ how: Cut = .reset) async throws {
    try await onLoop { $0.cut(how) }
  }

  /// New connections get a RST at once. The port stays ours, for one that nobody listens on could
  /// be given to somebody else.
  package func refuse() async throws {
    try await onLoop { $0.isRefusing = true }
  }

  package func accept() async throws {
    try await onLoop { $0.isRefusing = false }
  }

  /// Bytes, and the ends of connections, are taken and not passed on: nobody is told that nobody
  /// listens any more.
  package func pause(_ directions: Directions = .both) async throws {
    try await onLoop { $0.change(directions) { $0.isPaused = true } }
  }

  /// What was held goes on its way.
  package func resume(_ directions: Directions = .both) async throws {
    try await onLoop { $0.change(directions) { $0.isPaused = false } }
  }

  /// - Parameter duration: between the coming and the going of each byte that comes from now on.
  package func delay(_ duration: Duration, _ directions: Directions = .both) async throws {
    let delay = TimeAmount(duration)
    try await onLoop { $0.change(directions) { $0.delay = delay } }
  }

  /// - Parameter bytesPerSecond: of each connection and direction; nil for no limit. What waits is
  ///   bounded, so that the sender notices.
  package func throttle(
    bytesPerSecond: Int?, _ directions: Directions = .both
  ) async throws {
    try await onLoop { $0.change(directions) { $0.bytesPerSecond = bytesPerSecond } }
  }

  /// Ends all connections and gives the port back.
  package func close() async throws {
    try await onLoop { $0.cut(.close) }
    try await listener.close()
  }

  private func onLoop<Value: Sendable>(
    _ body: @escaping @Sendable (ProxyCore) -> Value
  ) async throws -> Value {
    try await core.eventLoop.submit { [core] in body(core.value) }.get()
  }
}
