import NIOCore
import Updates

/// The part of a connection next to the socket: tells of every read, and writes responses that are bytes
/// already.
final class Wire: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = ByteBuffer
  typealias InboundOut = ByteBuffer
  typealias OutboundOut = ByteBuffer

  var onRead: (() -> Void)?
  /// What comes is dropped.
  var isDeaf = false
  /// What comes waits for `leave`.
  var keepsReads = false
  private var kept: [ByteBuffer] = []
  private let output: StreamConnection.Output
  private var context: ChannelHandlerContext?
  private var descriptor: Descriptor?

  init(output: StreamConnection.Output) {
    self.output = output
  }

  func handlerAdded(context: ChannelHandlerContext) {
    self.context = context
    if output == .descriptor { descriptor = context.channel.descriptor }
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    self.context = nil
  }

  /// The descriptor is closed already, and may be that of another connection.
  func channelInactive(context: ChannelHandlerContext) {
    descriptor = nil
    self.context = nil
    context.fireChannelInactive()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    if isDeaf { return }
    if keepsReads { return kept.append(unwrapInboundIn(data)) }
    onRead?()
    context.fireChannelRead(data)
  }

  func leave() {
    guard let context else { return }
    for bytes in kept { context.fireChannelRead(wrapInboundOut(bytes)) }
    context.pipeline.syncOperations.removeHandler(context: context, promise: nil)
  }

  /// Called while nothing else is pending.
  ///
  /// - Parameter then: called when the kernel has taken everything, unless it took all at once.
  /// - Returns: whether it did.
  func send(_ bytes: ByteBuffer, then: @escaping () -> Void) -> Bool {
    guard let context, let rest = context.push(bytes, to: descriptor) else { return false }
    if rest.readableBytes == 0 { return true }
    let promise = context.eventLoop.makePromise(of: Void.self)
    promise.futureResult.assumeIsolated().whenSuccess(then)
    context.writeAndFlush(wrapOutboundOut(rest), promise: promise)
    return false
  }
}

extension ChannelHandlerContext {
  /// Hands the kernel what it takes now; without a descriptor nothing.
  ///
  /// - Returns: the rest; nil if the connection is broken. Then it is closed, but in a task of its own, as
  ///   whoever writes may be in the middle of a walk over all of its kind.
  func push(_ bytes: ByteBuffer, to descriptor: Descriptor?) -> ByteBuffer? {
    guard let descriptor else { return bytes }
    guard let count = bytes.withUnsafeReadableBytes(descriptor.send) else {
      eventLoop.assumeIsolated().execute { self.close(promise: nil) }
      return nil
    }
    var rest = bytes
    rest.moveReaderIndex(forwardBy: count)
    return rest
  }
}
