import NIOCore
import NIOPosix
import ServiceSupport

/// Answers each request of a connection with the next of what it was given, and tells what came. It
/// listens until the process ends.
final class ScriptedServer: Sendable {
  let port: Int
  let connections: Watched<Int>
  let received: Watched<[UInt8]>

  /// - Parameter closes: whether a connection ends after the last answer.
  static func start(_ answers: [[UInt8]], closes: Bool = false) async throws -> ScriptedServer {
    let connections = Watched(0)
    let received = Watched<[UInt8]>([])
    let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          connections.update { $0 += 1 }
          try channel.pipeline.syncOperations.addHandler(Script(answers, closes, received))
        }
      }
      .bind(host: "127.0.0.1", port: 0).get()
    return ScriptedServer(listener.localAddress?.port ?? 0, connections, received)
  }

  private init(_ port: Int, _ connections: Watched<Int>, _ received: Watched<[UInt8]>) {
    self.port = port
    self.connections = connections
    self.received = received
  }

  /// What came after the last request's head, once it ends with `bytes`.
  func waitForLast(_ bytes: [UInt8]) async throws {
    _ = try await received.take(within: .usualDeadline, else: { "received \($0)" }) {
      $0.suffix(bytes.count).elementsEqual(bytes) ? true : nil
    }
  }
}

private final class Script: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private static let headEnd = Array("\r\n\r\n".utf8)

  private var answers: ArraySlice<[UInt8]>
  private let closes: Bool
  private let received: Watched<[UInt8]>
  private var end: ArraySlice<UInt8> = []

  init(_ answers: [[UInt8]], _ closes: Bool, _ received: Watched<[UInt8]>) {
    self.answers = answers[...]
    self.closes = closes
    self.received = received
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let bytes = Array(buffer: unwrapInboundIn(data))
    received.update { $0 += bytes }
    for byte in bytes {
      end = (end + [byte]).suffix(4)
      guard end.elementsEqual(Self.headEnd), let answer = answers.popFirst() else { continue }
      context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: answer)), promise: nil)
      if answers.isEmpty && closes { context.close(promise: nil) }
    }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    context.close(promise: nil)
  }
}
