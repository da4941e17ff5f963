import NIOCore
import Updates

/// What a connection carries after its transport has taken it over. Lives on the connection's event loop.
package protocol ServerStream: AnyObject {
  /// The connection is the stream's own now; nothing has been answered yet.
  func begin(on connection: StreamConnection)
  /// What the client sent.
  func receive(_ bytes: ByteBuffer)
  /// The kernel took all that was pending.
  func drained()
  /// The server leaves.
  func leave()
  /// The connection is gone.
  func closed()
}

/// Writes the bytes of one stream, and cuts it off from what the connection carried before.
///
/// Bytes go straight to the socket while nothing is pending. What the kernel does not take goes through
/// the channel, which keeps it and writes it when it can; until then nothing else is written.
package final class StreamConnection: ChannelDuplexHandler, RemovableChannelHandler {
  package typealias InboundIn = ByteBuffer
  package typealias OutboundIn = NIOAny
  package typealias OutboundOut = ByteBuffer

  /// How bytes reach the kernel.
  package enum Output: Sendable {
    case descriptor
    /// The channel's own way: works wherever a channel does, over TLS, too.
    case channel
  }

  private static let closingTime = TimeAmount.seconds(5)

  private let stream: any ServerStream
  private let output: Output
  private var socket: Descriptor?
  private var context: ChannelHandlerContext?
  private var isClosing = false
  private var lingers = false
  private var isHolding = false
  package private(set) var pendingBytes = 0

  init(_ stream: any ServerStream, output: Output) {
    self.stream = stream
    self.output = output
  }

  /// Where bytes may be written beside this object for now.
  package var descriptor: Descriptor? { isClosing || pendingBytes > 0 ? nil : socket }

  /// - Returns: whether the kernel took everything; if not, `ServerStream.drained` tells when it has.
  package func write(_ bytes: ByteBuffer) -> Bool {
    guard let context, !isClosing else { return true }
    guard pendingBytes == 0 else {
      hold(bytes, context)
      return false
    }
    guard let rest = context.push(bytes, to: socket), rest.readableBytes > 0 else { return true }
    hold(rest, context)
    return pendingBytes == 0
  }

  /// Writes the last bytes and closes, at the latest after five seconds.
  ///
  /// - Parameter lingers: leaves the closing to the client, which may still be sending: with bytes unread
  ///   a close is a reset, which takes the last bytes with it.
  package func finish(_ bytes: ByteBuffer, lingers: Bool = false) {
    guard let context, !isClosing else { return }
    _ = write(bytes)
    isClosing = true
    self.lingers = lingers
    if pendingBytes == 0 { endOutput(context) }
    guard pendingBytes > 0 || lingers else { return }
    let deadline = context.eventLoop.assumeIsolated().scheduleTask(in: Self.closingTime) {
      context.close(promise: nil)
    }
    context.channel.closeFuture.whenComplete { _ in deadline.cancel() }
  }

  /// The client is gone, or has nothing more to say that counts.
  package func close() {
    context?.close(promise: nil)
  }

  private func endOutput(_ context: ChannelHandlerContext) {
    context.close(mode: lingers ? .output : .all, promise: nil)
  }

  /// What served requests on this connection before learns that no more will come.
  func dismissFramework() {
    context?.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
  }

  private func hold(_ bytes: ByteBuffer, _ context: ChannelHandlerContext) {
    let count = bytes.readableBytes
    pendingBytes += count
    let promise = context.eventLoop.makePromise(of: Void.self)
    promise.futureResult.assumeIsolated().whenComplete { result in
      self.pendingBytes -= count
      guard case .success = result, self.pendingBytes == 0 else { return }
      // What is taken at once is told by `write` itself.
      if self.isHolding { return }
      if self.isClosing { self.endOutput(context) } else { self.stream.drained() }
    }
    isHolding = true
    context.writeAndFlush(wrapOutboundOut(bytes), promise: promise)
    isHolding = false
  }

  package func handlerAdded(context: ChannelHandlerContext) {
    self.context = context
    if output == .descriptor { socket = context.channel.descriptor }
  }

  /// The handlers before this one are gone.
  func start() {
    if context != nil { stream.begin(on: self) }
  }

  package func handlerRemoved(context: ChannelHandlerContext) {
    self.context = nil
  }

  package func channelInactive(context: ChannelHandlerContext) {
    isClosing = true
    stream.closed()
    context.fireChannelInactive()
  }

  package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    if !isClosing { stream.receive(unwrapInboundIn(data)) }
  }

  package func channelReadComplete(context: ChannelHandlerContext) {}

  package func errorCaught(context: ChannelHandlerContext, error: any Error) {
    context.close(promise: nil)
  }

  package func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    switch event {
    case is ChannelShouldQuiesceEvent: stream.leave()
    case ChannelEvent.inputClosed: context.close(promise: nil)
    default: break
    }
  }

  // What served the requests before on this connection no longer reaches it.

  package func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?)
  {
    promise?.fail(ChannelError.ioOnClosedChannel)
  }

  package func flush(context: ChannelHandlerContext) {}

  package func close(
    context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?
  ) {
    promise?.succeed()
  }
}
