import DequeModule
import NIOCore
import NIOPosix

/// One connection to Redis: commands go out as they come and are answered in their order. Belongs to one
/// event loop.
final class RedisConnection {
  /// Why a command has no answer. Perhaps it is carried out all the same.
  enum Failure: Error {
    case closed
    case late
    /// Too much is waiting for answers already.
    case crowded
  }

  private struct Waiting {
    var promise: EventLoopPromise<Reply>?
    var deadline: NIODeadline
    var bytes: Int
  }

  /// Commands without an answer, and bytes of them.
  private static let maximumWaiting = (commands: 100_000, bytes: 64_000_000)
  private static let tick = TimeAmount.milliseconds(50)

  private let channel: any Channel
  private var waiting: Deque<Waiting> = []
  private var waitingBytes = 0
  private var isFlushDue = false
  private var ticks: RepeatedTask?
  private let reader: ReplyReader
  /// Gets what no command waits for, once this connection has subscribed to something.
  var onMessage: ((Reply) -> Void)?

  var closeFuture: EventLoopFuture<Void> { channel.closeFuture }
  var eventLoop: any EventLoop { channel.eventLoop }

  private init(_ channel: any Channel, _ reader: ReplyReader) {
    self.channel = channel
    self.reader = reader
  }

  static func connect(
    to address: RedisAddress, on loop: any EventLoop, within limit: TimeAmount
  ) -> EventLoopFuture<NIOLoopBound<RedisConnection>> {
    ClientBootstrap(group: loop)
      .connectTimeout(limit)
      .channelOption(.tcpOption(.tcp_nodelay), value: 1)
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          guard let reader = ReplyReader() else {
            throw ChannelError.inappropriateOperationForState
          }
          let connection = RedisConnection(channel, reader)
          try channel.pipeline.syncOperations.addHandler(Handler(connection))
        }
      }
      .connect(host: address.host, port: address.port)
      .flatMapThrowing { channel in
        let handler = try channel.pipeline.syncOperations.handler(type: Handler.self)
        return NIOLoopBound(handler.connection, eventLoop: channel.eventLoop)
      }
  }

  /// - Parameter deadline: when the answer is of no use any more.
  func send(_ words: [String], by deadline: NIODeadline) -> EventLoopFuture<Reply> {
    guard channel.isActive else { return eventLoop.makeFailedFuture(Failure.closed) }
    guard waiting.count < Self.maximumWaiting.commands, waitingBytes < Self.maximumWaiting.bytes
    else { return eventLoop.makeFailedFuture(Failure.crowded) }
    let promise = eventLoop.makePromise(of: Reply.self)
    let bytes = write(words)
    waiting.append(Waiting(promise: promise, deadline: deadline, bytes: bytes))
    waitingBytes += bytes
    if ticks == nil {
      let bound = NIOLoopBound(self, eventLoop: eventLoop)
      ticks = eventLoop.scheduleRepeatedTask(initialDelay: Self.tick, delay: Self.tick) { _ in
        bound.value.expire()
      }
    }
    return promise.futureResult
  }

  /// A command that is answered by messages, `SUBSCRIBE` or `UNSUBSCRIBE`.
  func post(_ words: [String]) {
    guard channel.isActive else { return }
    _ = write(words)
  }

  func close() {
    channel.close(promise: nil)
  }

  /// What is written in one turn of the loop is sent together.
  private func write(_ words: [String]) -> Int {
    var bytes = channel.allocator.buffer(capacity: 0)
    guard bytes.writeCommand(words) else {
      close()
      return 0
    }
    channel.write(bytes, promise: nil)
    if !isFlushDue {
      isFlushDue = true
      eventLoop.assumeIsolated().execute { [self] in
        isFlushDue = false
        channel.flush()
      }
    }
    return bytes.readableBytes
  }

  private func expire() {
    let now = NIODeadline.now()
    // The answers still come, and in this order.
    for index in waiting.indices
    where waiting[index].promise != nil && waiting[index].deadline <= now {
      waiting[index].promise?.fail(Failure.late)
      waiting[index].promise = nil
    }
  }

  fileprivate func read(_ bytes: ByteBuffer) {
    do {
      try reader.feed(bytes)
      while let reply = try reader.next() { take(reply) }
    } catch {
      close()
    }
  }

  private func take(_ reply: Reply) {
    if let onMessage, waiting.isEmpty { return onMessage(reply) }
    guard let first = waiting.popFirst() else { return close() }
    waitingBytes -= first.bytes
    first.promise?.succeed(reply)
  }

  fileprivate func closed() {
    ticks?.cancel()
    let unanswered = waiting
    waiting = []
    for entry in unanswered { entry.promise?.fail(Failure.closed) }
  }

  private final class Handler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    let connection: RedisConnection

    init(_ connection: RedisConnection) {
      self.connection = connection
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      connection.read(unwrapInboundIn(data))
    }

    func channelInactive(context: ChannelHandlerContext) {
      connection.closed()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
      context.close(promise: nil)
    }
  }
}
