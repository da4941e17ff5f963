import HTTPTypes
import Hummingbird
import Updates
import WebServer

/// `GET /topics/{topic}/updates?after=ID&limit=N`: what came after a place, for clients that ask at an
/// interval.
package struct Polling: Sendable {
  private static let limits = 1...1000
  private static let usualLimit = 100

  private let hub: Hub
  private let cacheSeconds: Int

  /// - Parameter cacheSeconds: how long a shared cache may answer for this server (RFC 9111, section
  ///   5.2.2.10); 0 if answers are for one client only.
  package init(hub: Hub, cacheSeconds: Int) {
    self.hub = hub
    self.cacheSeconds = cacheSeconds
  }

  package func add(to router: Router<ServerContext>) {
    router.get("/topics/:topic/updates") { request, context in
      try await answer(request, context)
    }
  }

  private func answer(_ request: Request, _ context: ServerContext) async throws -> Response {
    guard let target = RequestTarget(request.uri.string),
      let topic = target.topicName(before: "updates").flatMap(Topic.init)
    else {
      throw HTTPError(.badRequest, message: Topic.form)
    }
    guard let query = target.query else {
      throw HTTPError(.badRequest, message: "The query is malformed.")
    }
    let page: Page
    do {
      page = try await hub.page(
        of: topic, from: target.start ?? .after(.unknown), limit: try Self.limit(query))
    } catch is Refusal {
      throw HTTPError.unavailable("The topic cannot be read now.")
    }
    // With the URL it names the answer: the same place, as many updates before it.
    let tag = "\"\(page.next)/\(page.updates.count)\(page.isReset ? "/reset" : "")\""
    var response: Response
    if Self.matches(request.headers[values: .ifNoneMatch], tag) {
      response = Response(status: .notModified)
    } else {
      response = try context.responseEncoder.encode(
        PageBody(page), from: request, context: context)
    }
    response.headers[.eTag] = tag
    response.headers[.cacheControl] =
      cacheSeconds > 0 ? "public, s-maxage=\(cacheSeconds)" : "private, no-cache"
    return response
  }

  private static func limit(_ query: [String: String]) throws -> Int {
    guard let text = query["limit"] else { return usualLimit }
    guard let number = Int(text), number >= 1 else {
      throw HTTPError(.badRequest, message: "limit is a whole number from 1 to 1000.")
    }
    return min(number, limits.upperBound)
  }

  /// A weak comparison (RFC 9110, section 13.1.2).
  private static func matches(_ fields: [String], _ tag: String) -> Bool {
    fields.flatMap { $0.split(separator: ",") }.contains { item in
      let item = item.filter { $0 != " " }
      return item == "*" || item == tag || item == "W/" + tag
    }
  }
}

private struct PageBody: ResponseEncodable {
  struct Item: Encodable {
    var id: String
    var event: String?
    var data: String
  }

  var updates: [Item]
  var next: String
  var reset: Bool

  init(_ page: Page) {
    updates = page.updates.map { Item(id: $0.id.text, event: $0.event?.name, data: $0.data) }
    next = page.next.text
    reset = page.isReset
  }
}
