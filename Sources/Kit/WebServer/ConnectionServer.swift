import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1

/// Sets up each connection, so that a stream can take it over before the web framework has its part, which
/// costs more memory than the stream itself.
struct ConnectionServer: ServerChildChannel, HTTPChannelHandler {
  typealias FrameworkChannel = NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>

  struct Value: ServerChildChannelValue {
    let channel: any Channel
    /// What the framework serves: nothing, if the connection became a stream or was closed first.
    let framework: EventLoopFuture<FrameworkChannel?>
  }

  static let codecNames = ["head watch", "encoder", "decoder"]
  private static let maximumHead = 16 * 1024

  let responder: HTTPChannelHandler.Responder
  let admission: Admission
  let limits: Limits
  let departure: Departure
  let metrics: Metrics
  let streams: [any StreamTransport]
  let output: StreamConnection.Output

  func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
    let framework = channel.eventLoop.makePromise(of: FrameworkChannel?.self)
    channel.closeFuture.whenComplete { _ in framework.succeed(nil) }
    let value = Value(channel: channel, framework: framework.futureResult)
    return channel.eventLoop.makeCompletedFuture {
      let peer = ClientAddress(channel.remoteAddress)
      let counted = admission.isTrusted(peer) ? nil : peer
      let answer = limits.connect(from: counted)
      if answer == .welcome {
        channel.closeFuture.whenComplete { [limits] _ in limits.disconnect(from: counted) }
      } else {
        // An answer is a courtesy, for a few at a time.
        guard metrics.turnedAway.current < 100 else { throw ChannelError.connectPending }
        metrics.turnedAway.add(1)
        channel.closeFuture.whenComplete { [metrics] _ in metrics.turnedAway.add(-1) }
      }
      try addHandlers(channel, peer, answer.rejection, logger, framework)
      return value
    }
  }

  func handle(value: Value, logger: Logger) async {
    if let channel = try? await value.framework.get() {
      await handleHTTP(asyncChannel: channel, logger: logger)
    }
  }

  func stream(
    for head: HTTPRequestHead, on channel: any Channel
  ) throws(Admission.Rejection) -> (any ServerStream)? {
    guard head.method == .GET, let target = RequestTarget(head.uri) else { return nil }
    let request = StreamRequest(
      head: head, target: target, loop: channel.eventLoop, node: nodeName(channel.localAddress))
    for transport in streams {
      if let stream = try transport.accept(request) {
        if departure.isLeaving {
          throw .init(status: .serviceUnavailable, message: "This node is leaving.")
        }
        return stream
      }
    }
    return nil
  }

  private func addHandlers(
    _ channel: any Channel, _ peer: ClientAddress?, _ rejection: Admission.Rejection?,
    _ logger: Logger, _ framework: EventLoopPromise<FrameworkChannel?>
  ) throws {
    let pipeline = channel.pipeline.syncOperations
    var bounds = NIOHTTPDecoderLimitConfiguration()
    bounds.maxHeaderFieldSize = Self.maximumHead
    bounds.maxHeaderListSize = Self.maximumHead
    bounds.maxHeaderFieldCount = 100
    let handler = ConnectionHandler(
      server: self, peer: peer, rejection: rejection, loop: channel.eventLoop,
      addFramework: { framework.succeed(try addFramework(channel, logger)) },
      tookOver: {
        framework.succeed(nil)
        metrics.streams.add(1)
        channel.closeFuture.whenComplete { [metrics] _ in metrics.streams.add(-1) }
      })
    let watch = HeadWatch(handler)
    let decoder = ByteToMessageHandler(HTTPRequestDecoder(limitConfiguration: bounds))
    try pipeline.addHandler(watch, name: Self.codecNames[0])
    try pipeline.addHandler(HTTPResponseEncoder(), name: Self.codecNames[1])
    try pipeline.addHandler(decoder, name: Self.codecNames[2])
    try pipeline.addHandler(handler)
  }

  private func addFramework(_ channel: any Channel, _ logger: Logger) throws -> FrameworkChannel {
    let pipeline = channel.pipeline.syncOperations
    try pipeline.addHandler(HTTP1ToHTTPServerCodec(secure: false))
    try pipeline.addHandler(HTTPConnectionStateHandler(logger: logger))
    return try NIOAsyncChannel(
      wrappingChannelSynchronously: channel,
      configuration: .init(isOutboundHalfClosureEnabled: true))
  }
}

/// Tells when the first bytes of a request come, before they are a head.
private final class HeadWatch: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = ByteBuffer

  private let handler: ConnectionHandler

  init(_ handler: ConnectionHandler) {
    self.handler = handler
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    if handler.isDeaf { return }
    handler.receivesHead()
    context.fireChannelRead(data)
  }
}
