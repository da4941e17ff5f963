import Foundation

/// Requests to a server of 127.0.0.1, each on a connection of its own.
package enum HTTPRequester {
  package struct PublishAnswer: Sendable, Equatable {
    package var status: Int
    package var id: String?
  }

  /// A page of polling.
  package struct PageJSON: Sendable, Equatable, Decodable {
    package struct Update: Sendable, Equatable, Decodable {
      package var id: String
      package var event: String?
      package var data: String

      package init(id: String, event: String? = nil, data: String) {
        self.id = id
        self.event = event
        self.data = data
      }
    }

    package var updates: [Update]
    package var next: String
    package var reset: Bool

    package init(updates: [Update], next: String, reset: Bool) {
      self.updates = updates
      self.next = next
      self.reset = reset
    }
  }

  /// Sends the bytes as they are and reads one response.
  package static func exchange(
    _ bytes: [UInt8], port: Int, isForHead: Bool = false, within limit: Duration = .usualDeadline
  ) async throws -> HTTPResponse {
    let connection = try await HTTPConnection.open(port: port, isForHead: isForHead)
    defer { connection.close() }
    connection.send(bytes)
    return try await connection.response(within: limit)
  }

  package static func request(
    _ method: String, _ target: String, fields: [(name: String, value: String)] = [],
    body: [UInt8]? = nil, port: Int, within limit: Duration = .usualDeadline
  ) async throws -> HTTPResponse {
    var head = "\(method) \(target) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\nConnection: close\r\n"
    for field in fields { head += "\(field.name): \(field.value)\r\n" }
    if let body { head += "Content-Length: \(body.count)\r\n" }
    return try await exchange(
      Array((head + "\r\n").utf8) + (body ?? []), port: port, isForHead: method == "HEAD",
      within: limit)
  }

  package static func publish(
    _ topic: String, _ data: String, event: String? = nil, key: String? = nil,
    token: String? = nil, port: Int
  ) async throws -> PublishAnswer {
    struct Published: Decodable {
      var id: String
    }
    var fields = [(name: "Content-Type", value: "text/plain; charset=utf-8")]
    if let event { fields.append((name: "Event-Name", value: event)) }
    if let key { fields.append((name: "Idempotency-Key", value: key)) }
    if let token { fields.append((name: "Authorization", value: "Bearer \(token)")) }
    let response = try await request(
      "POST", "/topics/\(percentEncoded(topic))/updates", fields: fields, body: Array(data.utf8),
      port: port)
    guard response.status == 201 else {
      return PublishAnswer(status: response.status, id: nil)
    }
    let published = try JSONDecoder().decode(Published.self, from: Data(response.body))
    return PublishAnswer(status: 201, id: published.id)
  }

  package static func poll(
    _ topic: String, after: String? = nil, limit: Int? = nil, port: Int
  ) async throws -> PageJSON {
    var query: [String] = []
    if let after { query.append("after=\(percentEncoded(after))") }
    if let limit { query.append("limit=\(limit)") }
    let target = "/topics/\(percentEncoded(topic))/updates"
    let response = try await request(
      "GET", query.isEmpty ? target : target + "?" + query.joined(separator: "&"), port: port)
    guard response.status == 200 else {
      throw ServiceFailure("\(target) answers \(response.status): \(response.text)")
    }
    return try JSONDecoder().decode(PageJSON.self, from: Data(response.body))
  }

  /// All but the unreserved characters of RFC 3986, section 2.3.
  package static func percentEncoded(_ text: String) -> String {
    let unreserved = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~".utf8)
    return text.utf8.reduce(into: "") { encoded, byte in
      if unreserved.contains(byte) {
        encoded.unicodeScalars.append(Unicode.Scalar(byte))
      } else {
        encoded += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
      }
    }
  }
}
