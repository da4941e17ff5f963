import NIOCore
import NIOPosix

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The connections of a proxy. Lives on one event loop.
final class ProxyCore {
  let loop: any EventLoop
  let server: SocketAddress
  var isRefusing = false
  fileprivate(set) var connections: [ObjectIdentifier: ProxyConnection] = [:]
  fileprivate var toServer = ProxyPipe.Conditions()
  fileprivate var toClient = ProxyPipe.Conditions()

  init(loop: any EventLoop, server: SocketAddress) {
    self.loop = loop
    self.server = server
  }

  func add(client: any Channel) throws {
    let connection = ProxyConnection(self, client: client)
    try client.pipeline.syncOperations.addHandler(ProxyEnd(connection, .client))
  }

  func cut(_ how: TCPProxy.Cut) {
    for connection in connections.values { connection.cut(how) }
  }

  func change(
    _ directions: TCPProxy.Directions, _ change: (inout ProxyPipe.Conditions) -> Void
  ) {
    if directions.contains(.toServer) { change(&toServer) }
    if directions.contains(.toClient) { change(&toClient) }
    for connection in connections.values { connection.update() }
  }
}

/// A client's connection and ours to the server, with a pipe for each direction.
final class ProxyConnection {
  enum Side: Hashable {
    case client
    case server
  }

  private let core: ProxyCore
  private let client: any Channel
  private var server: (any Channel)?
  private let toServer: ProxyPipe
  private let toClient: ProxyPipe
  private var gone: Set<Side> = []

  init(_ core: ProxyCore, client: any Channel) {
    self.core = core
    self.client = client
    toServer = ProxyPipe(core.loop, core.toServer, from: client, to: nil)
    toClient = ProxyPipe(core.loop, core.toClient, from: nil, to: client)
  }

  func update() {
    toServer.conditions = core.toServer
    toClient.conditions = core.toClient
  }

  func cut(_ how: TCPProxy.Cut) {
    toServer.drop()
    toClient.drop()
    for channel in [client, server].compactMap({ $0 }) {
      if how == .reset { channel.resetOnClose() }
      channel.close(promise: nil)
    }
  }

  // MARK: Events

  fileprivate func active(_ side: Side, _ channel: any Channel) {
    switch side {
    case .client: begin()
    case .server:
      server = channel
      guard !gone.contains(.client) else { return channel.close(promise: nil) }
      toClient.source = channel
      toServer.target = channel
    }
  }

  private func begin() {
    guard !core.isRefusing else { return cut(.reset) }
    core.connections[ObjectIdentifier(self)] = self
    let bound = NIOLoopBound(self, eventLoop: core.loop)
    ClientBootstrap(group: core.loop)
      .channelOption(.allowRemoteHalfClosure, value: true)
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(ProxyEnd(bound.value, .server))
        }
      }
      .connect(to: core.server)
      .whenFailure { _ in bound.value.connectFailed() }
  }

  private func connectFailed() {
    cut(.reset)
    ended(.server, .full)
  }

  fileprivate func received(_ bytes: ByteBuffer, from side: Side) {
    pipe(from: side).receive(bytes)
  }

  fileprivate func writabilityChanged(_ side: Side) {
    pipe(from: side == .client ? .server : .client).pump()
  }

  fileprivate func ended(_ side: Side, _ ending: ProxyPipe.Ending) {
    pipe(from: side).sourceEnded(ending)
    guard ending == .full else { return }
    gone.insert(side)
    if gone.count == 2 { core.connections[ObjectIdentifier(self)] = nil }
  }

  private func pipe(from side: Side) -> ProxyPipe {
    side == .client ? toServer : toClient
  }
}

private final class ProxyEnd: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer

  private let connection: ProxyConnection
  private let side: ProxyConnection.Side

  init(_ connection: ProxyConnection, _ side: ProxyConnection.Side) {
    self.connection = connection
    self.side = side
  }

  func channelActive(context: ChannelHandlerContext) {
    connection.active(side, context.channel)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    connection.received(unwrapInboundIn(data), from: side)
  }

  func channelWritabilityChanged(context: ChannelHandlerContext) {
    connection.writabilityChanged(side)
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if case ChannelEvent.inputClosed = event { connection.ended(side, .half) }
  }

  func channelInactive(context: ChannelHandlerContext) {
    connection.ended(side, .full)
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    context.close(promise: nil)
  }
}

extension Channel {
  /// Closing will send a RST in place of a FIN (socket(7), SO_LINGER with a time of 0).
  func resetOnClose() {
    let now = linger(l_onoff: 1, l_linger: 0)
    _ = (self as? any SocketOptionProvider)?.setSoLinger(now)
  }
}
