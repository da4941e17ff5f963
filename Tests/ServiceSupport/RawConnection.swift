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
    /// Comes once, and last.
    case ended(Ending)
  }

  private let channel: any Channel

  /// - Parameters:
  ///   - receiveBuffer: bytes that the kernel takes in while nobody reads (SO_RCVBUF), for a slow
  ///     client; nil for the usual, which may be megabytes.
  ///   - isReading: whether it reads from the start.
  ///   - onEvent: called on an event loop.
  package static func open(
    port: Int, host: String = "127.0.0.1", receiveBuffer: Int32? = nil, isReading: Bool = true,
    onEvent: @escaping @Sendable (Event) -> Void
  ) async throws -> RawConnection {
    var bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .channelOption(.autoRead, value: isReading)
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(Receiver(onEvent))
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

  private let onEvent: @Sendable (RawConnection.Event) -> Void
  private var ending = RawConnection.Ending.closed

  init(_ onEvent: @escaping @Sendable (RawConnection.Event) -> Void) {
    self.onEvent = onEvent
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    onEvent(.bytes(unwrapInboundIn(data)))
  }

  func channelInactive(context: ChannelHandlerContext) {
    onEvent(.ended(ending))
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    ending = .broken("\(error)")
    context.close(promise: nil)
  }
}
