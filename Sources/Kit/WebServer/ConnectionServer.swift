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

  static let encoderName = "encoder"
  static let decoderName = "decoder"
  private static let maximumHead = 16 * 1024

  let responder: HTTPChannelHandler.Responder
  let admission: Admission
  let publisher: Publisher
  let transports: [any Transport]
  let output: StreamConnection.Output

  var limits: Limits { publisher.limits }
  var metrics: Metrics { publisher.metrics }

  func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
    let framework = channel.eventLoop.makePromise(of: FrameworkChannel?.self)
    channel.closeFuture.whenComplete { _ in framework.succeed(nil) }
    let value = Value(channel: channel, framework: framework.futureResult)
    return channel.eventLoop.makeCompletedFuture {
      let peer = ClientAddress(channel.remoteAddress)
      let counted = admission.isTrusted(peer) ? nil : peer
      let answer = limits.connect(from: counted)
      if answer == .welcome {
        channel.closeFuture.whenComplete { [limits = publisher.limits] _ in
          limits.disconnect(from: counted)
        }
      } else {
        // An answer is a courtesy, for a few at a time.
        guard metrics.turnedAway.current < 100 else { throw ChannelError.connectPending }
        metrics.turnedAway.add(1)
        channel.closeFuture.whenComplete { [metrics = publisher.metrics] _ in
          metrics.turnedAway.add(-1)
        }
      }
      try addHandlers(channel, peer, answer.rejection, logger, framework)
      return value
    }
  }

  func handle(value: Value, logger: Logger) async {
    let framework = await withTaskCancellationHandler {
      try? await value.framework.get()
    } onCancel: {
      value.channel.close(promise: nil)
    }
    if let framework { await handleHTTP(asyncChannel: framework, logger: logger) }
  }

  func accept(
    _ head: HTTPRequestHead, from client: ClientAddress?, on channel: any Channel, node: String
  ) throws(Admission.Rejection) -> Acceptance? {
    guard let target = RequestTarget(head.uri) else { return nil }
    let request = TransportRequest(
      head: head, target: target, client: client, channel: channel, node: node,
      publisher: publisher)
    for transport in transports {
      if let acceptance = try transport.accept(request) { return acceptance }
    }
    return nil
  }

  /// Counts who is sent updates. Behind a trusted proxy the connection was not counted for the client.
  func count(
    _ client: ClientAddress?, behind peer: ClientAddress?
  ) throws(Admission.Rejection) {
    if publisher.departure.isLeaving { throw .unavailable("This node is leaving.") }
    if client != peer, let rejection = limits.beginStream(of: client).rejection { throw rejection }
    metrics.streams.add(1)
  }

  func endCount(of client: ClientAddress?, behind peer: ClientAddress?) {
    if client != peer { limits.endStream(of: client) }
    metrics.streams.add(-1)
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
    let wire = Wire(output: output)
    let handler = ConnectionHandler(
      server: self, peer: peer, rejection: rejection, wire: wire, loop: channel.eventLoop,
      addFramework: { framework.succeed(try addFramework(channel, logger)) },
      tookOver: { framework.succeed(nil) })
    // A stream gets what its client sent right behind the request.
    let decoder = ByteToMessageHandler(
      HTTPRequestDecoder(leftOverBytesStrategy: .forwardBytes, limitConfiguration: bounds))
    try pipeline.addHandler(wire)
    try pipeline.addHandler(HTTPResponseEncoder(), name: Self.encoderName)
    try pipeline.addHandler(decoder, name: Self.decoderName)
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
