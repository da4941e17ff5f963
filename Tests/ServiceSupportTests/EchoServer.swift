import NIOCore
import NIOPosix
import ServiceSupport

/// Sends back what it gets, and counts it.
final class EchoServer: Sendable {
  let port: Int
  let bytes: Watched<Int>
  private let listener: any Channel

  static func start() async throws -> EchoServer {
    let bytes = Watched(0)
    let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .childChannelOption(.allowRemoteHalfClosure, value: true)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(Echo(bytes))
        }
      }
      .bind(host: "127.0.0.1", port: 0).get()
    return EchoServer(port: listener.localAddress?.port ?? 0, bytes: bytes, listener: listener)
  }

  private init(port: Int, bytes: Watched<Int>, listener: any Channel) {
    self.port = port
    self.bytes = bytes
    self.listener = listener
  }

  deinit {
    listener.close(promise: nil)
  }

  func waitForBytes(_ count: Int) async throws {
    _ = try await bytes.take(within: .usualDeadline, else: { "\($0) of \(count) bytes" }) {
      $0 >= count ? true : nil
    }
  }
}

private final class Echo: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private let bytes: Watched<Int>

  init(_ bytes: Watched<Int>) {
    self.bytes = bytes
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let buffer = unwrapInboundIn(data)
    context.writeAndFlush(wrapOutboundOut(buffer), promise: nil)
    bytes.update { $0 += buffer.readableBytes }
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if case ChannelEvent.inputClosed = event { context.close(promise: nil) }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    context.close(promise: nil)
  }
}
