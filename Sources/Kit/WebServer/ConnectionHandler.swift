import NIOCore
import NIOHTTP1

/// Watches over one connection: deadlines, what is checked of every request, and what becomes of it. Some
/// are held until there is news, one may become a stream, and all others go on to the web framework, whose
/// handlers are added with the first.
final class ConnectionHandler: ChannelDuplexHandler, RemovableChannelHandler, HeldConnection {
  typealias InboundIn = HTTPServerRequestPart
  typealias InboundOut = HTTPServerRequestPart
  typealias OutboundIn = HTTPServerResponsePart
  typealias OutboundOut = HTTPServerResponsePart

  private enum State {
    /// The connection carries requests and responses.
    case ordinary
    /// A request was accepted; its end is still to come.
    case accepted(Acceptance)
    case held(any HeldRequest)
    /// Its response is being made.
    case working
    /// Nothing more is read.
    case ending
  }

  private let server: ConnectionServer
  private let peer: ClientAddress?
  /// Why the connection itself is one too many.
  private let rejection: Admission.Rejection?
  private let wire: Wire
  private let tookOver: () -> Void
  /// Adds the framework's handlers behind this one; used once.
  private var addFramework: (() throws -> Void)?
  private var context: ChannelHandlerContext?
  private let loop: any EventLoop
  private let deadline: Deadline
  private var state = State.ordinary
  private var phase = RequestPhase()
  /// What came while a response was still due: requests are served one after the other.
  private var backlog: [HTTPServerRequestPart] = []
  private var isReadDue = false
  private var closesAfterResponse = false
  /// Of the request that is coming; nil if it is too long.
  private var body: ByteBuffer?
  private var client: ClientAddress?
  private var isCounted = false
  /// The decoder stops at a request for an upgrade, and would keep all that comes after it.
  private var isUpgrade = false

  init(
    server: ConnectionServer, peer: ClientAddress?, rejection: Admission.Rejection?, wire: Wire,
    loop: any EventLoop,
    addFramework: @escaping () throws -> Void, tookOver: @escaping () -> Void
  ) {
    self.server = server
    self.peer = peer
    self.rejection = rejection
    self.wire = wire
    self.addFramework = addFramework
    self.tookOver = tookOver
    self.loop = loop
    deadline = Deadline(loop: loop)
  }

  func handlerAdded(context: ChannelHandlerContext) {
    self.context = context
    wire.onRead = { [unowned self] in
      if phase.beginsHead() { deadline.set(seconds: phase.seconds) }
    }
    deadline.start { [unowned self] in expire(context) }
    deadline.set(seconds: rejection == nil ? phase.seconds : 1)
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    deadline.cancel()
    wire.onRead = nil
    addFramework = nil
    self.context = nil
  }

  func channelInactive(context: ChannelHandlerContext) {
    let before = state
    state = .ending
    endCount()
    if case .held(let request) = before { request.closed() }
    context.fireChannelInactive()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let part = unwrapInboundIn(data)
    if isBusy || !backlog.isEmpty { backlog.append(part) } else { take(part, context) }
  }

  private var isBusy: Bool { phase.responses > 0 && !phase.isInRequest }

  /// Nothing more is read while something waits, so what waits is no more than one read brought.
  func read(context: ChannelHandlerContext) {
    if backlog.isEmpty { context.read() } else { isReadDue = true }
  }

  private func take(_ part: HTTPServerRequestPart, _ context: ChannelHandlerContext) {
    switch (state, part) {
    case (.ordinary, .head(let head)): receive(head, context)
    case (.ordinary, .body):
      if phase.isInRequest { context.fireChannelRead(wrapInboundOut(part)) }
    case (.ordinary, .end):
      guard phase.isInRequest else { return }
      phase.endsRequest()
      if isUpgrade { wire.isDeaf = true }
      deadline.set(seconds: phase.seconds)
      context.fireChannelRead(wrapInboundOut(part))
    case (.accepted(.stream), .body), (.accepted(.held), .body):
      refuse(.badRequest("This request takes no body."), context)
    case (.accepted(.response), .body(let part)):
      let length = (body?.readableBytes ?? 0) + part.readableBytes
      if length > server.publisher.maximumBody { body = nil }
      body?.writeImmutableBuffer(part)
    case (.accepted(.stream(let stream)), .end): takeOver(for: stream, context)
    case (.accepted(.held(let request)), .end): hold(request)
    case (.accepted(.response(let work)), .end): respond(work)
    case (.accepted, .head), (.held, _), (.working, _), (.ending, _): break
    }
  }

  private func receive(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
    do throws(Admission.Rejection) {
      if let rejection { throw rejection }
      let client = try server.admission.admit(head, from: peer)
      if let acceptance = try server.accept(head, from: client, on: context.channel) {
        self.client = client
        closesAfterResponse = !head.isKeepAlive
        switch acceptance {
        case .stream:
          try count(client)
          // This handler does not outlive the beginning of a stream.
          isCounted = false
          context.channel.closeFuture.whenComplete { [server, client, peer] _ in
            server.endCount(of: client, behind: peer)
          }
        case .response: beginsBody()
        case .held: break
        }
        state = .accepted(acceptance)
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
      try forward(head, context)
    } catch {
      refuse(error, context)
    }
  }

  /// - Parameter client: who is sent updates from now on.
  private func count(_ client: ClientAddress?) throws(Admission.Rejection) {
    try server.count(client, behind: peer)
    isCounted = true
  }

  private func endCount() {
    guard isCounted else { return }
    isCounted = false
    server.endCount(of: client, behind: peer)
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
    beginsBody()
    context.fireChannelRead(wrapInboundOut(.head(head)))
  }

  private func beginsBody() {
    body = ByteBuffer()
    phase.beginsBody()
    deadline.set(seconds: phase.seconds)
  }

  private func respond(_ work: @escaping @Sendable (ByteBuffer?) async -> ByteBuffer) {
    state = .working
    phase.endsRequest()
    deadline.set(seconds: phase.seconds)
    let bound = NIOLoopBound(self, eventLoop: loop)
    Task.running(on: loop) { [body] in
      await work(body)
    } then: {
      bound.value.answer($0)
    }
    body = nil
  }

  var isIdle: Bool {
    if case .ordinary = state { return phase.current == .idle && backlog.isEmpty }
    return false
  }

  func hold(_ request: any HeldRequest) {
    phase.beginsBody()
    phase.endsRequest()
    state = .held(request)
    deadline.set(seconds: request.seconds)
    do throws(Admission.Rejection) {
      try count(client)
      request.begin(on: self)
    } catch {
      answer(error.response(from: nodeName(context?.channel.localAddress)))
    }
  }

  func answer(_ response: ByteBuffer) {
    switch state {
    case .held, .working: state = .ordinary
    case .ordinary, .accepted, .ending: return
    }
    endCount()
    if wire.send(response, then: endsResponse) { endsResponse() }
  }

  private func endsResponse() {
    phase.endsResponse()
    guard let context else { return }
    if closesAfterResponse { return context.close(promise: nil) }
    deadline.set(seconds: phase.seconds)
    // Whoever answers may be in the middle of a walk over all that wait.
    if !backlog.isEmpty { context.eventLoop.assumeIsolated().execute { self.takeBacklog() } }
  }

  private func takeBacklog() {
    guard let context else { return }
    while !backlog.isEmpty, !isBusy { take(backlog.removeFirst(), context) }
    // A stream may have taken the connection over.
    guard self.context != nil else { return }
    context.fireChannelReadComplete()
    readIfDue(context)
  }

  private func readIfDue(_ context: ChannelHandlerContext) {
    guard isReadDue, backlog.isEmpty else { return }
    isReadDue = false
    context.read()
  }

  private func takeOver(for stream: any ServerStream, _ context: ChannelHandlerContext) {
    state = .ending
    deadline.cancel()
    readIfDue(context)
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
    if isBusy { return context.close(promise: nil) }
    let node = nodeName(context.channel.localAddress)
    _ = wire.send(rejection.response(from: node, closes: true)) {}
    // A close with unread bytes would be a reset, which takes the answer with it; so the client is
    // given a moment to read and to close.
    context.close(mode: .output, promise: nil)
    deadline.set(seconds: 2)
  }

  private func expire(_ context: ChannelHandlerContext) {
    switch (state, phase.current) {
    case (.held(let request), _): request.expire()
    case (.ordinary, .head), (.ordinary, .body), (.accepted, _):
      refuse(.init(status: .requestTimeout, message: "Too slow."), context)
    case (.ending, _), (.working, _), (.ordinary, .idle), (.ordinary, .response):
      context.close(promise: nil)
    }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    guard error is HTTPParserError else {
      return context.close(promise: nil)
    }
    refuse(.init(status: .badRequest, message: "This is not HTTP/1.1."), context)
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    switch (event, state) {
    case (is ChannelShouldQuiesceEvent, .held(let request)):
      closesAfterResponse = true
      request.leave()
    case (is ChannelShouldQuiesceEvent, .working), (is ChannelShouldQuiesceEvent, .accepted),
      (ChannelEvent.inputClosed, .working):
      closesAfterResponse = true
    case (is ChannelShouldQuiesceEvent, _) where phase.responses == 0 && addFramework != nil:
      context.close(promise: nil)
    case (ChannelEvent.inputClosed, .held): context.close(promise: nil)
    case (ChannelEvent.inputClosed, _) where phase.responses == 0: context.close(promise: nil)
    default: context.fireUserInboundEventTriggered(event)
    }
  }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    if case .ending = state {
      promise?.fail(ChannelError.ioOnClosedChannel)
      return
    }
    guard case .end = unwrapOutboundIn(data) else { return context.write(data, promise: promise) }
    let written = promise ?? context.eventLoop.makePromise()
    written.futureResult.assumeIsolated().whenSuccess { [self] in endsResponse() }
    context.write(data, promise: written)
  }
}
