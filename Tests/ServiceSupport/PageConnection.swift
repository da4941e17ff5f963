import Foundation

/// A connection on which a client asks for pages of topics, one after the other or all at once.
package final class PageConnection: Sendable {
  package let http: HTTPConnection
  private let port: Int

  package static func open(port: Int) async throws -> PageConnection {
    PageConnection(try await HTTPConnection.open(port: port), port)
  }

  private init(_ http: HTTPConnection, _ port: Int) {
    self.http = http
    self.port = port
  }

  /// - Parameters:
  ///   - after: of the query.
  ///   - wait: the same, as it is to stand there.
  package func ask(
    _ topic: String, after: String? = nil, wait: String? = nil, limit: Int? = nil,
    fields: [(name: String, value: String)] = []
  ) {
    var query: [String] = []
    if let after { query.append("after=\(HTTPRequester.percentEncoded(after))") }
    if let limit { query.append("limit=\(limit)") }
    if let wait { query.append("wait=\(wait)") }
    let target = "/topics/\(HTTPRequester.percentEncoded(topic))/updates"
    request("GET", query.isEmpty ? target : target + "?" + query.joined(separator: "&"), fields)
  }

  /// Any request without a body.
  package func request(
    _ method: String, _ target: String, _ fields: [(name: String, value: String)] = []
  ) {
    var head = "\(method) \(target) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\n"
    for field in fields { head += "\(field.name): \(field.value)\r\n" }
    http.send(head + "\r\n")
  }

  package func response(within limit: Duration = .usualDeadline) async throws -> HTTPResponse {
    try await http.response(within: limit)
  }

  package func page(
    within limit: Duration = .usualDeadline
  ) async throws -> HTTPRequester.PageJSON {
    try HTTPRequester.PageJSON(try await response(within: limit))
  }

  package func close() {
    http.close()
  }

  /// Leaves with a RST.
  package func reset() {
    http.reset()
  }
}

extension HTTPRequester.PageJSON {
  package init(_ response: HTTPResponse) throws {
    guard response.status == 200 else {
      throw ServiceFailure("no page but \(response.status): \(response.text)")
    }
    self = try JSONDecoder().decode(Self.self, from: Data(response.body))
  }
}
