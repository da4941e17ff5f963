import NIOCore

/// A connection to a server: bytes go out as they are given, responses are read strictly.
package final class HTTPConnection: Sendable {
  private struct Incoming: Sendable {
    var parser: HTTPResponseParser
    var bytes: [UInt8] = []
    var unfinished: HTTPResponse?
    var responses: [HTTPResponse] = []
    var problem: String?
    var ending: RawConnection.Ending?

    var text: String { String(decoding: bytes.suffix(4096), as: UTF8.self) }

    mutating func receive(_ event: RawConnection.Event) {
      switch event {
      case .bytes(let buffer):
        bytes += buffer.readableBytesView
        parse { parser throws(HTTPResponseParser.Problem) in
          try parser.feed(buffer.readableBytesView)
        }
      case .endOfInput: break
      case .ended(let ending):
        self.ending = ending
        parse { parser throws(HTTPResponseParser.Problem) in try parser.finish() }
      }
    }

    private mutating func parse(
      _ body: (inout HTTPResponseParser) throws(HTTPResponseParser.Problem)
        -> [HTTPResponseParser.Part]
    ) {
      guard problem == nil else { return }
      do throws(HTTPResponseParser.Problem) {
        for part in try body(&parser) { add(part) }
      } catch {
        problem = error.description
      }
    }

    private mutating func add(_ part: HTTPResponseParser.Part) {
      switch part {
      case .head(let head): unfinished = HTTPResponse(head: head)
      case .body(let bytes): unfinished?.body += bytes
      case .end:
        if let unfinished { responses.append(unfinished) }
        unfinished = nil
      }
    }
  }

  private let connection: RawConnection
  private let incoming: Watched<Incoming>

  /// - Parameter isForHead: whether the requests are HEAD, whose answers have no body.
  package static func open(port: Int, isForHead: Bool = false) async throws -> HTTPConnection {
    let incoming = Watched(Incoming(parser: HTTPResponseParser(isForHead: isForHead)))
    let connection = try await RawConnection.open(port: port) { event in
      incoming.update { $0.receive(event) }
    }
    return HTTPConnection(connection, incoming)
  }

  private init(_ connection: RawConnection, _ incoming: Watched<Incoming>) {
    self.connection = connection
    self.incoming = incoming
  }

  package func send(_ bytes: [UInt8]) {
    connection.send(bytes)
  }

  package func send(_ text: String) {
    connection.send(text.utf8)
  }

  package func endSending() {
    connection.endSending()
  }

  package func close() {
    connection.close()
  }

  package func reset() {
    connection.reset()
  }

  /// Everything that came so far, whether or not it is HTTP.
  package var bytes: [UInt8] { incoming.value.bytes }

  /// The next response, complete.
  package func response(within limit: Duration = .usualDeadline) async throws -> HTTPResponse {
    try await incoming.take(
      within: limit, else: { "no complete response: \($0.text)" }
    ) { incoming -> Result<HTTPResponse, ServiceFailure>? in
      if !incoming.responses.isEmpty { return .success(incoming.responses.removeFirst()) }
      guard let problem = incoming.problem ?? incoming.ending.map({ "\($0)" }) else { return nil }
      return .failure(ServiceFailure("no response but \(problem): \(incoming.text)"))
    }.get()
  }

  /// The first bytes, as soon as there are so many.
  package func bytes(
    atLeast count: Int, within limit: Duration = .usualDeadline
  ) async throws -> [UInt8] {
    try await incoming.take(
      within: limit, else: { "\($0.bytes.count) of \(count) bytes: \($0.text)" }
    ) { incoming -> Result<[UInt8], ServiceFailure>? in
      if incoming.bytes.count >= count { return .success(incoming.bytes) }
      guard let ending = incoming.ending else { return nil }
      return .failure(ServiceFailure("\(incoming.bytes.count) of \(count) bytes, then \(ending)"))
    }.get()
  }

  /// Everything that came, as soon as it contains `text`.
  package func text(
    containing text: String, within limit: Duration = .usualDeadline
  ) async throws -> String {
    try await incoming.take(
      within: limit, else: { "no \(text): \($0.text)" }
    ) { incoming -> Result<String, ServiceFailure>? in
      let all = String(decoding: incoming.bytes, as: UTF8.self)
      if all.contains(text) { return .success(all) }
      return incoming.ending.map { .failure(ServiceFailure("no \(text), then \($0): \(all)")) }
    }.get()
  }

  /// Waits until the connection is over.
  package func ending(
    within limit: Duration = .usualDeadline
  ) async throws -> RawConnection.Ending {
    try await incoming.take(
      within: limit, else: { "the connection is still open: \($0.text)" }
    ) { $0.ending }
  }
}
