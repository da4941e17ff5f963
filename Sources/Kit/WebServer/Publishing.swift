import NIOCore
import NIOHTTP1
import Updates

/// Takes updates from clients: from whom it may, as fast as one client may, until the node leaves.
package final class Publisher: Sendable {
  let hub: Hub
  let variables: ServerVariables
  let limits: Limits
  let departure: Departure
  let metrics: Metrics

  init(
    hub: Hub, variables: ServerVariables, limits: Limits, departure: Departure, metrics: Metrics
  ) {
    self.hub = hub
    self.variables = variables
    self.limits = limits
    self.departure = departure
    self.metrics = metrics
  }

  /// Bytes of an update.
  package var maximumBody: Int { variables.maximumBody }

  /// - Parameter authorization: the values of the `Authorization` header.
  package func mayPublish(_ authorization: [String]) -> Bool {
    guard let token = variables.publishToken else { return true }
    let isBearer = authorization.count == 1 && authorization[0].lowercased().hasPrefix("bearer ")
    return isBearer && Self.areEqual(String(authorization[0].dropFirst(7)), token)
  }

  /// Counts one update against what its client may publish.
  package func admit(
    _ client: ClientAddress?, isAuthorized: Bool
  ) throws(Admission.Rejection) {
    guard isAuthorized else {
      throw refused(.unauthorized, "Publishing takes a token.", ["WWW-Authenticate": "Bearer"])
    }
    guard limits.mayPublish(client) else {
      throw refused(
        .tooManyRequests, "One client may publish \(variables.publishRate) updates a second.")
    }
  }

  package func draft(
    on topic: String?, event: String?, key: String?, data: String
  ) throws(Admission.Rejection) -> Draft {
    guard let topic = topic.flatMap(Topic.init) else { throw refused(.badRequest, Topic.form) }
    let name = event.map(EventName.init)
    guard name != .some(nil) else {
      throw refused(
        .badRequest, "An event name is [A-Za-z0-9._:-]{1,100}, but not reset, bye, error or open.")
    }
    let idempotencyKey = key.map(IdempotencyKey.init)
    guard idempotencyKey != .some(nil) else {
      throw refused(.badRequest, "An idempotency key has 1 to 100 visible ASCII characters.")
    }
    guard data.utf8.count <= maximumBody else { throw tooLong }
    return Draft(topic: topic, event: name ?? nil, data: data, key: idempotencyKey ?? nil)
  }

  package func publish(_ draft: Draft) async throws(Admission.Rejection) -> Cursor {
    do {
      let cursor = try await departure.publishing { try await hub.publish(draft) }
      guard let cursor else { throw refused(.serviceUnavailable, "This node is leaving.") }
      metrics.published.add(1)
      return cursor
    } catch let rejection as Admission.Rejection {
      throw rejection
    } catch Refusal.keyReused {
      throw refused(
        .unprocessableEntity, "This idempotency key was used for another update on this topic.")
    } catch Refusal.full {
      throw refused(.serviceUnavailable, "There is no room for another topic.")
    } catch {
      throw refused(.serviceUnavailable, "The update could not be kept.")
    }
  }

  var tooLong: Admission.Rejection {
    refused(.payloadTooLarge, "An update has at most \(maximumBody) bytes.")
  }

  package func refused(
    _ status: HTTPResponseStatus, _ message: String, _ headers: HTTPHeaders = [:]
  ) -> Admission.Rejection {
    metrics.refused.add(1)
    return Admission.Rejection(status: status, message: message, headers: headers)
  }

  /// Takes as long for a guess that is nearly right as for one that is not.
  private static func areEqual(_ left: String, _ right: String) -> Bool {
    var difference = left.utf8.count ^ right.utf8.count
    for (a, b) in zip(left.utf8, right.utf8) { difference |= Int(a ^ b) }
    return difference == 0
  }
}

/// `POST /topics/{topic}/updates`: the body becomes an update.
struct Publishing: Transport {
  func accept(_ request: TransportRequest) throws(Admission.Rejection) -> Acceptance? {
    guard let topic = request.topicName(before: "updates", .POST) else { return nil }
    let (publisher, node) = (request.publisher, request.node)
    // What is wrong with the head is known before the body has come.
    let head: Result<Draft, Admission.Rejection>
    do throws(Admission.Rejection) { head = .success(try draft(request, topic)) } catch {
      head = .failure(error)
    }
    return .response { body in
      do throws(Admission.Rejection) {
        var draft = try head.get()
        guard let body else { throw publisher.tooLong }
        guard let data = String(validating: body.readableBytesView, as: UTF8.self) else {
          throw publisher.refused(.unsupportedMediaType, "The body must be UTF-8 text.")
        }
        draft.data = data
        return Self.created(try await publisher.publish(draft), node)
      } catch {
        return error.response(from: node)
      }
    }
  }

  private func draft(
    _ request: TransportRequest, _ topic: String
  ) throws(Admission.Rejection) -> Draft {
    let (publisher, headers) = (request.publisher, request.head.headers)
    try publisher.admit(
      request.client, isAuthorized: publisher.mayPublish(headers["Authorization"]))
    guard headers["Content-Encoding"].isEmpty else {
      throw publisher.refused(.unsupportedMediaType, "The body must not be encoded.")
    }
    let (events, keys) = (headers["Event-Name"], headers["Idempotency-Key"])
    guard events.count <= 1, keys.count <= 1 else {
      throw publisher.refused(.badRequest, "An update has one event name and one key.")
    }
    return try publisher.draft(on: topic, event: events.first, key: keys.first, data: "")
  }

  private static func created(_ cursor: Cursor, _ node: String) -> ByteBuffer {
    var body = ByteBuffer(string: "{\"id\":")
    body.writeJSON(cursor.text)
    body.writeStaticString("}")
    var response = ByteBuffer(
      string: """
        HTTP/1.1 201 Created\r\nContent-Type: application/json; charset=utf-8\r\n\
        Content-Length: \(body.readableBytes)\r\nX-Content-Type-Options: nosniff\r\n\
        Served-By: \(node)\r\n\r\n
        """)
    response.writeImmutableBuffer(body)
    return response
  }
}
