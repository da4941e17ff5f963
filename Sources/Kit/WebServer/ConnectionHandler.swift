import HTTPTypes
import NIOCore
import NIOHTTP1

/// Watches over one connection: deadlines, what is checked of every request, and whether it becomes a
/// stream. All other requests go on to the web framework, whose handlers are added with the first.
final class ConnectionHandler: ChannelInboundHandler, ChannelOutboundHandler,
  RemovableChannelHandler
{
  typealias InboundIn = HTTPServerRequestPart
  typealias InboundOut = HTTPServerRequestPart
  typealias OutboundIn = HTTPServerResponsePart
  typealias OutboundOut = HTTPServerResponsePart

  private enum State {
    /// The connection carries requests and responses.
    case ordinary
    /// A request was accepted as a stream; its end is still to come.
    case accepted(any ServerStream)
    /// Nothing more is read.
    case ending
  }

  private let server: ConnectionServer
  private let peer: ClientAddress?
  /// Why the connection itself is one too many.
  private let rejection: Admission.Rejection?
  private let tookOver: () -> Void
  /// Adds the framework's handlers behind this one; used once.
  private var addFramework: (() throws -> Void)?
  private var deadline: Deadline
  private var state = State.ordinary
  private var phase = RequestPhase()
  /// The decoder stops at a request for an upgrade, and would keep all that comes after it.
  private var isUpgrade = false
  private(set) var isDeaf = false

  init(
    server: ConnectionServer, peer: ClientAddress?, rejection: Admission.Rejection?,
    loop: any EventLoop,
    addFramework: @escaping () throws -> Void, tookOver: @escaping () -> Void
  ) {
    self.server = server
    self.peer = peer
    self.rejection = rejection
    self.addFramework = addFramework
    self.tookOver = tookOver
    deadline = Deadline(loop: loop)
  }

  func handlerAdded(context: ChannelHandlerContext) {
    deadline.start { [context] in self.expire(context) }
    deadline.set(seconds: rejection == nil ? phase.seconds : 1)
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    deadline.cancel()
    addFramework = nil
  }

  /// The first bytes of a request have come.
  func receivesHead() {
    if phase.beginsHead() { deadline.set(seconds: phase.seconds) }
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch (state, unwrapInboundIn(data)) {
    case (.ordinary, .head(let head)): receive(head, context)
    case (.ordinary, .body): if phase.isInRequest { context.fireChannelRead(data) }
    case (.ordinary, .end):
      guard phase.isInRequest else { return }
      phase.endsRequest()
      isDeaf = isUpgrade
      deadline.set(seconds: phase.seconds)
      context.fireChannelRead(data)
    case (.accepted, .body):
      refuse(.init(status: .badRequest, message: "A stream takes no body."), context)
    case (.accepted(let stream), .end): takeOver(for: stream, context)
    case (.accepted, .head), (.ending, _): break
    }
  }

  private func receive(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
    let isAlone = phase.responses == 0
    do throws(Admission.Rejection) {
      if let rejection { throw rejection }
      let client = try server.admission.admit(head, from: peer)
      if isAlone, let stream = try server.stream(for: head, on: context.channel) {
        if let rejection = server.limits.beginStream(of: client, behind: peer).rejection {
          throw rejection
        }
        context.channel.closeFuture.whenComplete { [limits = server.limits, peer] _ in
          limits.endStream(of: client, behind: peer)
        }
        state = .accepted(stream)
        return
      }
      var head = head
      // The framework answers a range past a file's end with a negative length.
      head.headers.remove(name: "Range")
      isUpgrade = head.headers.contains(name: "Upgrade")
      if isUpgrade {
        // Answered as if it had not asked; there is no other protocol here.
        head.headers.remove(name: "Upgrade")
        head.headers.replaceOrAdd(name: "Connection", value: "close")
      }
      head.headers.replaceOrAdd(
        name: HTTPField.Name.clientAddress.rawName, value: client?.description ?? "")
      try forward(head, context)
    } catch {
      refuse(error, context)
    }
  }

  private func forward(
    _ head: HTTPRequestHead, _ context: ChannelHandlerContext
  ) throws(Admission.Rejection) {
    if let addFramework {
      self.addFramework = nil
      do { try addFramework() } catch {
        throw .init(status: .internalServerError, message: "The connection cannot be served.")
      }
    }
    phase.beginsBody()
    deadline.set(seconds: phase.seconds)
    context.fireChannelRead(wrapInboundOut(.head(head)))
  }

  private func takeOver(for stream: any ServerStream, _ context: ChannelHandlerContext) {
    state = .ending
    deadline.cancel()
    let connection = StreamConnection(stream, output: server.output)
    let pipeline = context.pipeline.syncOperations
    let hasFramework = addFramework == nil
    do {
      for name in ConnectionServer.codecNames {
        let handler = try pipeline.context(name: name)
        pipeline.removeHandler(context: handler, promise: nil)
      }
      try pipeline.addHandler(connection, position: .after(self))
    } catch {
      return context.close(promise: nil)
    }
    if hasFramework { connection.dismissFramework() }
    let removed = context.eventLoop.makePromise(of: Void.self)
    removed.futureResult.assumeIsolated().whenSuccess { connection.start() }
    pipeline.removeHandler(context: context, promise: removed)
    tookOver()
  }

  private func refuse(_ rejection: Admission.Rejection, _ context: ChannelHandlerContext) {
    if case .ending = state { return }
    state = .ending
    if phase.responses > 0 { return context.close(promise: nil) }
    let body = ByteBuffer(string: rejection.message + "\n")
    var headers: HTTPHeaders = [
      "Content-Type": "text/plain; charset=utf-8", "Content-Length": "\(body.readableBytes)",
      "Connection": "close", "X-Content-Type-Options": "nosniff",
    ]
    if rejection.isTemporary { headers.add(name: "Retry-After", value: "\(Int.random(in: 1...5))") }
    let head = HTTPResponseHead(version: .http1_1, status: rejection.status, headers: headers)
    context.write(wrapOutboundOut(.head(head)), promise: nil)
    context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil)
    context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    // A close with unread bytes would be a reset, which takes the answer with it; so the client is
    // given a moment to read and to close.
    context.close(mode: .output, promise: nil)
    deadline.set(seconds: 2)
  }

  private func expire(_ context: ChannelHandlerContext) {
    if case .ending = state { return context.close(promise: nil) }
    switch phase.current {
    case .head, .body: refuse(.init(status: .requestTimeout, message: "Too slow."), context)
    case .idle, .response: context.close(promise: nil)
    }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    guard error is HTTPParserError else {
      return context.close(promise: nil)
    }
    refuse(.init(status: .badRequest, message: "This is not HTTP/1.1."), context)
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    switch event {
    case is ChannelShouldQuiesceEvent where phase.responses == 0 && addFramework != nil:
      context.close(promise: nil)
    case ChannelEvent.inputClosed where phase.responses == 0:
      context.close(promise: nil)
    default: context.fireUserInboundEventTriggered(event)
    }
  }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    if case .ending = state {
      promise?.fail(ChannelError.ioOnClosedChannel)
      return
    }
    if case .end = unwrapOutboundIn(data) {
      phase.endsResponse()
      deadline.set(seconds: phase.seconds)
    }
    context.write(data, promise: promise)
  }
}
