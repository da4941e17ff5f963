import NIOCore
import NIOHTTP1
import Updates
import WebServer

/// What a request for a page says: `/topics/{topic}/updates?after=ID&limit=N`.
package struct PageRequest {
  private static let maximumLimit = 1000
  private static let usualLimit = 100

  package let topic: Topic
  package let start: Start
  package let limit: Int

  package init(_ target: RequestTarget) throws(Admission.Rejection) {
    guard let topic = target.topicName(before: "updates").flatMap(Topic.init) else {
      throw .badRequest(Topic.form)
    }
    guard let query = target.query, let start = target.start else {
      throw .badRequest("The query is malformed.")
    }
    guard let limit = query["limit"].map(Int.init) ?? Self.usualLimit, limit >= 1 else {
      throw .badRequest("limit is a whole number from 1 to 1000.")
    }
    self.topic = topic
    self.start = start
    self.limit = min(limit, Self.maximumLimit)
  }
}

/// A page as a whole HTTP response.
package struct PageResponse {
  private let page: Page
  private let node: String
  private let cacheSeconds: Int

  /// - Parameters:
  ///   - node: names this node, for the `Served-By` header.
  ///   - cacheSeconds: how long a shared cache may answer for this server (RFC 9111, section 5.2.2.10); 0
  ///     if the answer is for one client only.
  package init(_ page: Page, node: String, cacheSeconds: Int = 0) {
    self.page = page
    self.node = node
    self.cacheSeconds = cacheSeconds
  }

  /// - Parameter known: the values of `If-None-Match`; a client that knows this page is told so.
  package func bytes(unless known: [String] = []) -> ByteBuffer {
    if matches(known) { return head("304 Not Modified", "") }
    let body = json
    var bytes = head(
      "200 OK",
      "Content-Type: application/json; charset=utf-8\r\nContent-Length: \(body.readableBytes)\r\n")
    bytes.writeImmutableBuffer(body)
    return bytes
  }

  private func head(_ status: String, _ fields: String) -> ByteBuffer {
    let caching = cacheSeconds > 0 ? "public, s-maxage=\(cacheSeconds)" : "private, no-cache"
    return ByteBuffer(
      string: """
        HTTP/1.1 \(status)\r\n\(fields)ETag: \(entityTag)\r\nCache-Control: \(caching)\r\n\
        X-Content-Type-Options: nosniff\r\nServed-By: \(node)\r\n\r\n
        """)
  }

  /// `{"updates":[{"id","event"?,"data"}],"next":"ID","reset":false}`
  private var json: ByteBuffer {
    var buffer = ByteBuffer()
    buffer.writeStaticString("{\"updates\":[")
    for (index, update) in page.updates.enumerated() {
      buffer.writeStaticString(index == 0 ? "{" : ",{")
      buffer.writeJSON(update)
      buffer.writeStaticString("}")
    }
    buffer.writeStaticString("],\"next\":")
    buffer.writeJSON(page.next.text)
    buffer.writeString(",\"reset\":\(page.isReset)}")
    return buffer
  }

  /// With the URL it names the answer: the same place, as many updates before it.
  private var entityTag: String {
    "\"\(page.next)/\(page.updates.count)\(page.isReset ? "/reset" : "")\""
  }

  /// A weak comparison (RFC 9110, section 13.1.2).
  private func matches(_ known: [String]) -> Bool {
    known.flatMap { $0.split(separator: ",") }.contains { item in
      let item = item.filter { $0 != " " }
      return item == "*" || item == entityTag || item == "W/" + entityTag
    }
  }
}
