import NIOCore
import NIOPosix

/// A TCP connection that tells what comes, byte for byte.
package final class RawConnection: Sendable {
  package enum Ending: Sendable, Equatable {
    /// The other side closed, or we did.
    case closed
    /// It broke, for instance by a RST.
    case broken(String)
  }

  package enum Event: Sendable {
    case bytes(ByteBuffer)
    /// The other side sends no more. Comes only where this side stays open for that.
    case endOfInput
    /// Comes once, and last.
    case ended(Ending)
  }

  private let channel: any Channel

  /// - Parameters:
  ///   - receiveBuffer: bytes that the kernel takes in while nobody reads (SO_RCVBUF), for a slow
  ///     client; nil for the usual, which may be megabytes.
  ///   - isReading: whether it reads from the start.
  ///   - staysHalfOpen: whether it stays open when the other side has sent its end.
  ///   - reply: what goes out at once after bytes came and were told.
  ///   - onEvent: called on an event loop.
  package static func open(
    port: Int, host: String = "127.0.0.1", receiveBuffer: Int32? = nil, isReading: Bool = true,
    staysHalfOpen: Bool = false, reply: (@Sendable () -> [UInt8])? = nil,
    onEvent: @escaping @Sendable (Event) -> Void
  ) async throws -> RawConnection {
    var bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .channelOption(.autoRead, value: isReading)
      .channelOption(.allowRemoteHalfClosure, value: staysHalfOpen)
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(Receiver(onEvent, reply))
        }
      }
    if let receiveBuffer {
      bootstrap = bootstrap.channelOption(.socketOption(.so_rcvbuf), value: Int(receiveBuffer))
    }
    return RawConnection(try await bootstrap.connect(host: host, port: port).get())
  }

  private init(_ channel: any Channel) {
    self.channel = channel
  }

  deinit {
    channel.close(promise: nil)
  }

  /// Does not wait: whether it arrives, the answer shows.
  package func send(_ bytes: some Sequence<UInt8>) {
    channel.writeAndFlush(ByteBuffer(bytes: bytes), promise: nil)
  }

  /// Stops reading, as a client does that cannot keep up, or goes on. The end of the other side is
  /// noticed all the same.
  package func setReading(_ isReading: Bool) async {
    _ = try? await channel.setOption(.autoRead, value: isReading).get()
  }

  /// Sends the end and goes on reading.
  package func endSending() {
    channel.close(mode: .output, promise: nil)
  }

  package func close() {
    channel.close(promise: nil)
  }

  /// Ends it with a RST.
  package func reset() {
    channel.eventLoop.execute { [channel] in
      channel.resetOnClose()
      channel.close(promise: nil)
    }
  }
}

private final class Receiver: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private let onEvent: @Sendable (RawConnection.Event) -> Void
  private let reply: (@Sendable () -> [UInt8])?
  private var ending = RawConnection.Ending.closed

  init(
    _ onEvent: @escaping @Sendable (RawConnection.Event) -> Void,
    _ reply: (@Sendable () -> [UInt8])?
  ) {
    self.onEvent = onEvent
    self.reply = reply
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    onEvent(.bytes(unwrapInboundIn(data)))
    guard let bytes = reply?(), !bytes.isEmpty else { return }
    context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: bytes)), promise: nil)
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if case ChannelEvent.inputClosed = event { onEvent(.endOfInput) }
  }

  func channelInactive(context: ChannelHandlerContext) {
    onEvent(.ended(ending))
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    ending = .broken("\(error)")
    context.close(promise: nil)
  }
}
