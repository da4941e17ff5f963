import HTTPTypes
import Hummingbird
import NIOCore
import Updates

/// `POST /topics/{topic}/updates`: the body becomes an update.
struct Publishing: Sendable {
  private struct Published: ResponseEncodable {
    var id: String
  }

  let hub: Hub
  let variables: ServerVariables
  let limits: Limits
  let departure: Departure
  let metrics: Metrics

  func add(to router: Router<ServerContext>) {
    router.post("/topics/:topic/updates") { request, context in
      do {
        let response = try await publish(request, context)
        metrics.published.add(1)
        return response
      } catch {
        metrics.refused.add(1)
        throw error
      }
    }
  }

  private func publish(_ request: Request, _ context: ServerContext) async throws -> Response {
    try authorize(request)
    let client = request.headers[.clientAddress].flatMap { ClientAddress($0) }
    guard limits.mayPublish(client) else {
      throw HTTPError(
        .tooManyRequests, headers: [.retryAfter: "1"],
        message: "One client may publish \(variables.publishRate) updates a second.")
    }
    let draft = try await draft(request)
    do {
      let cursor = try await departure.publishing { try await hub.publish(draft) }
      guard let cursor else { throw HTTPError.unavailable("This node is leaving.") }
      var response = try context.responseEncoder.encode(
        Published(id: cursor.text), from: request, context: context)
      response.status = .created
      return response
    } catch let refusal as Refusal {
      switch refusal {
      case .keyReused:
        throw HTTPError(
          .unprocessableContent,
          message: "This Idempotency-Key was used for another update on this topic.")
      case .full: throw HTTPError.unavailable("There is no room for another topic.")
      case .unavailable: throw HTTPError.unavailable("The update could not be kept.")
      }
    }
  }

  private func authorize(_ request: Request) throws {
    guard let token = variables.publishToken else { return }
    let given = request.headers[values: .authorization]
    let isBearer = given.count == 1 && given[0].lowercased().hasPrefix("bearer ")
    guard isBearer, Self.areEqual(String(given[0].dropFirst(7)), token) else {
      throw HTTPError(
        .unauthorized, headers: [.wwwAuthenticate: "Bearer"], message: "Publishing takes a token.")
    }
  }

  private func draft(_ request: Request) async throws -> Draft {
    guard let name = RequestTarget(request.uri.string)?.topicName(before: "updates"),
      let topic = Topic(name)
    else {
      throw HTTPError(.badRequest, message: Topic.form)
    }
    let event = try header(
      .eventName, request, EventName.init,
      "An Event-Name is [A-Za-z0-9._:-]{1,100}, but not reset, bye, error or open.")
    let key = try header(
      .idempotencyKey, request, IdempotencyKey.init,
      "An Idempotency-Key has 1 to 100 visible ASCII characters.")
    guard request.headers[.contentEncoding] == nil else {
      throw HTTPError(.unsupportedMediaType, message: "The body must not be encoded.")
    }
    let body: ByteBuffer
    do {
      body = try await request.body.collect(upTo: variables.maximumBody)
    } catch is NIOTooManyBytesError {
      throw HTTPError(
        .contentTooLarge, message: "An update has at most \(variables.maximumBody) bytes.")
    }
    guard let data = String(validating: body.readableBytesView, as: UTF8.self) else {
      throw HTTPError(.unsupportedMediaType, message: "The body must be UTF-8 text.")
    }
    return Draft(topic: topic, event: event, data: data, key: key)
  }

  private func header<Value>(
    _ name: HTTPField.Name, _ request: Request, _ read: (String) -> Value?, _ form: String
  ) throws -> Value? {
    let values = request.headers[values: name]
    guard values.count <= 1 else { throw HTTPError(.badRequest, message: "More than one \(name).") }
    guard let text = values.first else { return nil }
    guard let value = read(text) else { throw HTTPError(.badRequest, message: form) }
    return value
  }

  /// Takes as long for a guess that is nearly right as for one that is not.
  private static func areEqual(_ left: String, _ right: String) -> Bool {
    var difference = left.utf8.count ^ right.utf8.count
    for (a, b) in zip(left.utf8, right.utf8) { difference |= Int(a ^ b) }
    return difference == 0
  }
}

extension HTTPError {
  /// It is worth another try in a moment, which is not the same for all.
  package static func unavailable(_ message: String) -> HTTPError {
    HTTPError(
      .serviceUnavailable, headers: [.retryAfter: "\(Int.random(in: 1...5))"], message: message)
  }
}
