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
  /// Whether there were requests behind that for a stream.
  private var hasMore = false
  private var closesAfterResponse = false
  /// Whether there was an answer since the last head began.
  private var isAnswered = false
  /// Of the request that is coming; nil if it is too long.
  private var body: ByteBuffer?
  private var client: ClientAddress?
  private var isCounted = false
  /// The same for all requests of a connection.
  private lazy var node = nodeName(context?.channel.localAddress)
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
      guard phase.beginsHead() else { return }
      isAnswered = false
      deadline.set(seconds: phase.seconds)
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
    // From now on it may be bytes.
    if case .ending = state {
      hasMore = true
      return
    }
    let part = unwrapInboundIn(data)
    if isBusy || !backlog.isEmpty { backlog.append(part) } else { take(part, context) }
    // Nothing is read behind it, so nobody would notice that this client has gone.
    if case .held = state, backlog.count > 32 { context.close(promise: nil) }
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
      wire.isDeaf = isUpgrade
      deadline.set(seconds: phase.seconds)
      context.fireChannelRead(wrapInboundOut(part))
    case (.accepted(.stream), .body), (.accepted(.held), .body):
      refuse(.badRequest("This request takes no body."), context)
    case (.accepted(.response), .body(let part)):
      let length = (body?.readableBytes ?? 0) + part.readableBytes
      if length > server.publisher.maximumBody { body = nil }
      body?.writeImmutableBuffer(part)
    case (.accepted(.stream(let stream)), .end): takeOver(for: stream, context)
    case (.accepted(.held(let request)), .end):
      wire.isDeaf = isUpgrade
      hold(request)
    case (.accepted(.response(let work)), .end):
      wire.isDeaf = isUpgrade
      respond(work)
    case (.accepted, .head), (.held, _), (.working, _), (.ending, _): break
    }
  }

  private func receive(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
    isAnswered = false
    do throws(Admission.Rejection) {
      if let rejection { throw rejection }
      let client = try server.admission.admit(head, from: peer)
      isUpgrade = head.headers.contains(name: "Upgrade")
      if let acceptance = try server.accept(head, from: client, on: context.channel, node: node) {
        self.client = client
        closesAfterResponse = !head.isKeepAlive || isUpgrade || head.version == .http1_0
        switch acceptance {
        case .stream:
          try server.count(client, behind: peer)
          // This handler does not outlive the beginning of a stream.
          context.channel.closeFuture.whenComplete { [server, client, peer] _ in
            server.endCount(of: client, behind: peer)
          }
        case .response:
          beginsBody()
          // RFC 9110, section 10.1.1.
          if head.version == .http1_1, head.headers["Expect"].first?.lowercased() == "100-continue"
          {
            _ = wire.send(ByteBuffer(string: "HTTP/1.1 100 Continue\r\n\r\n")) {}
          }
        case .held: break
        }
        state = .accepted(acceptance)
        return
      }
      var head = head
      // The framework answers a range past a file's end with a negative length.
      head.headers.remove(name: "Range")
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
      try server.count(client, behind: peer)
      isCounted = true
      request.begin(on: self)
    } catch {
      answer(error.response(from: node))
    }
  }

  func answer(_ response: ByteBuffer) {
    switch state {
    case .held, .working: state = .ordinary
    case .ordinary, .accepted, .ending: return
    }
    endCount()
    deadline.set(seconds: phase.seconds)
    let response = closesAfterResponse ? response.closing : response
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

  /// In a task of its own, as the decoder may have more to say of what it was given; its removal, which it
  /// puts off likewise, comes next, and hands over what it has not read as requests. What is read meanwhile
  /// follows that.
  private func takeOver(for stream: any ServerStream, _ context: ChannelHandlerContext) {
    state = .ending
    deadline.cancel()
    hasMore = !backlog.isEmpty
    backlog = []
    readIfDue(context)
    wire.keepsReads = true
    context.eventLoop.assumeIsolated().execute { self.beginStream(stream) }
    let removed = context.eventLoop.makePromise(of: Void.self)
    removed.futureResult.assumeIsolated().whenComplete { [wire] _ in wire.leave() }
    context.pipeline.removeHandler(name: ConnectionServer.encoderName, promise: nil)
    context.pipeline.removeHandler(name: ConnectionServer.decoderName, promise: removed)
    tookOver()
  }

  private func beginStream(_ stream: any ServerStream) {
    guard let context, context.channel.isActive else { return }
    let connection = StreamConnection(stream, output: server.output)
    let pipeline = context.pipeline.syncOperations
    do { try pipeline.addHandler(connection, position: .after(self)) } catch {
      return context.close(promise: nil)
    }
    if addFramework == nil { connection.dismissFramework() }
    let removed = context.eventLoop.makePromise(of: Void.self)
    removed.futureResult.assumeIsolated().whenSuccess { [hasMore] in
      connection.start()
      // A stream is the last answer on its connection.
      if hasMore { connection.close() }
    }
    pipeline.removeHandler(context: context, promise: removed)
  }

  private func refuse(_ rejection: Admission.Rejection, _ context: ChannelHandlerContext) {
    if case .ending = state {
      hasMore = true
      return
    }
    let before = state
    state = .ending
    endCount()
    if case .held(let request) = before { request.closed() }
    if isBusy || isAnswered { return context.close(promise: nil) }
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
      refuse(rejection ?? .init(status: .requestTimeout, message: "Too slow."), context)
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
    if event is ChannelShouldQuiesceEvent { closesAfterResponse = true }
    switch (event, state) {
    case (is ChannelShouldQuiesceEvent, .held(let request)): request.leave()
    case (is ChannelShouldQuiesceEvent, .working): break
    case (ChannelEvent.inputClosed, .working): closesAfterResponse = true
    case (is ChannelShouldQuiesceEvent, .accepted):
      refuse(.unavailable("This node is leaving."), context)
    case (is ChannelShouldQuiesceEvent, .ordinary) where addFramework != nil:
      if phase.responses == 0 { return context.close(promise: nil) }
      // The last answer is on its way to a client that does not read fast.
      deadline.set(seconds: 5)
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
    isAnswered = true
    guard case .end = unwrapOutboundIn(data) else { return context.write(data, promise: promise) }
    let written = promise ?? context.eventLoop.makePromise()
    written.futureResult.assumeIsolated().whenSuccess { [self] in endsResponse() }
    context.write(data, promise: written)
  }
}

extension ByteBuffer {
  /// The same response as the last on its connection (RFC 9112, section 9.6).
  fileprivate var closing: ByteBuffer {
    var rest = self
    guard let end = readableBytesView.firstIndex(of: UInt8(ascii: "\n")),
      var response = rest.readSlice(length: end + 1 - readerIndex)
    else { return self }
    response.writeStaticString("Connection: close\r\n")
    response.writeImmutableBuffer(rest)
    return response
  }
}
