import NIOCore

/// A client of Server-Sent Events that shows what stands on the wire, and reads as fast or as
/// slowly as a test wants it to.
package final class EventStreamClient: Sendable {
  /// How a stream came to its end.
  package enum Ending: Sendable, Equatable {
    /// The response was complete (its last chunk came).
    case complete
    /// The connection ended within the response.
    case cut(RawConnection.Ending)
    /// What came is no proper response.
    case malformed(String)
  }

  private struct Incoming: Sendable {
    var parser = HTTPResponseParser()
    var stream = EventStreamParser()
    var head: HTTPResponse.Head?
    var events: [StreamEvent] = []
    /// How many of them were taken.
    var taken = 0
    var body: [UInt8] = []
    var ending: Ending?

    var text: String {
      let status = head.map { "\($0.status)" } ?? "no head"
      let all = body.isEmpty ? "\(events.suffix(20))" : String(decoding: body, as: UTF8.self)
      return "\(status), \(events.count) events, \(ending.map { "\($0)" } ?? "open"): \(all)"
    }

    mutating func receive(_ event: RawConnection.Event) {
      guard ending == nil else { return }
      do throws(HTTPResponseParser.Problem) {
        switch event {
        case .bytes(let buffer):
          for part in try parser.feed(buffer.readableBytesView) { add(part) }
        case .endOfInput: break
        case .ended(let how):
          let last = (try? parser.finish()) ?? []
          for part in last { add(part) }
          if ending == nil { ending = .cut(how) }
        }
      } catch {
        ending = .malformed(error.description)
      }
    }

    private mutating func add(_ part: HTTPResponseParser.Part) {
      switch part {
      case .head(let head): self.head = head
      case .body(let bytes):
        if head?.status == 200 { events += stream.feed(bytes) } else { body += bytes }
      case .end: ending = .complete
      }
    }
  }

  private let connection: RawConnection
  private let incoming: Watched<Incoming>

  // MARK: Beginning

  /// - Parameters:
  ///   - after: of the query.
  ///   - receiveBuffer: how many bytes the kernel takes in for a client that does not read.
  ///   - isReading: whether it reads from the start.
  package static func open(
    _ topic: String, port: Int, after: String? = nil, lastEventID: String? = nil,
    fields: [(name: String, value: String)] = [], receiveBuffer: Int32? = nil,
    isReading: Bool = true
  ) async throws -> EventStreamClient {
    let target = "/topics/\(HTTPRequester.percentEncoded(topic))/events"
    let query = after.map { "?after=\(HTTPRequester.percentEncoded($0))" } ?? ""
    return try await open(
      target: target + query, port: port, lastEventID: lastEventID, fields: fields,
      receiveBuffer: receiveBuffer, isReading: isReading)
  }

  /// Any stream: several topics on one, or one of another server.
  package static func open(
    target: String, port: Int, lastEventID: String? = nil,
    fields: [(name: String, value: String)] = [], receiveBuffer: Int32? = nil,
    isReading: Bool = true
  ) async throws -> EventStreamClient {
    let incoming = Watched(Incoming())
    let connection = try await RawConnection.open(
      port: port, receiveBuffer: receiveBuffer, isReading: isReading
    ) { event in
      incoming.update { $0.receive(event) }
    }
    var head = "GET \(target) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\nAccept: text/event-stream\r\n"
    if let lastEventID { head += "Last-Event-ID: \(lastEventID)\r\n" }
    for field in fields { head += "\(field.name): \(field.value)\r\n" }
    connection.send((head + "\r\n").utf8)
    return EventStreamClient(connection, incoming)
  }

  private init(_ connection: RawConnection, _ incoming: Watched<Incoming>) {
    self.connection = connection
    self.incoming = incoming
  }

  // MARK: The response

  package func head(within limit: Duration = .usualDeadline) async throws -> HTTPResponse.Head {
    try await incoming.take(
      within: limit, else: { $0.text }
    ) { incoming -> Result<HTTPResponse.Head, ServiceFailure>? in
      if let head = incoming.head { return .success(head) }
      return incoming.ending == nil ? nil : .failure(ServiceFailure(incoming.text))
    }.get()
  }

  package func status() async throws -> Int {
    try await head().status
  }

  /// The body of an answer that is no stream.
  package var body: [UInt8] { incoming.value.body }

  // MARK: The events

  /// Each block once, in the order in which they came, those without data, too.
  /// - Throws: if the stream ends first.
  package func next(within limit: Duration = .usualDeadline) async throws -> StreamEvent {
    try await incoming.take(within: limit, else: { "no event; \($0.text)" }, Self.takeNext).get()
  }

  package func next(
    _ count: Int, within limit: Duration = .usualDeadline
  ) async throws -> [StreamEvent] {
    var events: [StreamEvent] = []
    while events.count < count { events.append(try await next(within: limit)) }
    return events
  }

  /// The same blocks as `next`, until the stream ends, without a deadline.
  package var events: AsyncStream<StreamEvent> {
    AsyncStream(unfolding: { [incoming] in
      try? await incoming.take(Self.takeNext).get()
    })
  }

  /// All that came so far, whether taken or not.
  package var received: [StreamEvent] { incoming.value.events }

  /// What a browser would send as `Last-Event-ID`.
  package var lastEventID: String { incoming.value.stream.lastEventID }

  /// Waits until there were so many comments: they are the heartbeats.
  package func comments(
    atLeast count: Int, within limit: Duration = .usualDeadline
  ) async throws {
    try await incoming.take(
      within: limit, else: { "\($0.stream.comments) of \(count) comments; \($0.text)" }
    ) { incoming -> Result<Void, ServiceFailure>? in
      if incoming.stream.comments >= count { return .success(()) }
      return incoming.ending == nil ? nil : .failure(ServiceFailure(incoming.text))
    }.get()
  }

  package func ending(within limit: Duration = .usualDeadline) async throws -> Ending {
    try await incoming.take(within: limit, else: { "still open; \($0.text)" }) { $0.ending }
  }

  private static let takeNext: @Sendable (inout Incoming) -> Result<StreamEvent, ServiceFailure>? =
    { incoming in
      if incoming.taken < incoming.events.count {
        incoming.taken += 1
        return .success(incoming.events[incoming.taken - 1])
      }
      return incoming.ending == nil ? nil : .failure(ServiceFailure("no event; \(incoming.text)"))
    }

  // MARK: The client

  /// Becomes a client that cannot keep up: the kernel's buffers fill, then the server's.
  package func stopReading() async {
    await connection.setReading(false)
  }

  package func continueReading() async {
    await connection.setReading(true)
  }

  package func close() {
    connection.close()
  }

  /// Leaves with a RST.
  package func reset() {
    connection.reset()
  }
}
