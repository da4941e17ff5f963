import NIOCore
import NIOHTTP1
import Updates
import WebServer

/// `GET /topics/{topic}/updates?after=ID&limit=N`: what came after a place, for clients that ask at an
/// interval.
package struct Polling: Transport {
  private let hub: Hub
  private let cacheSeconds: Int

  /// - Parameter cacheSeconds: how long a shared cache may answer for this server; 0 if answers are for
  ///   one client only.
  package init(hub: Hub, cacheSeconds: Int) {
    self.hub = hub
    self.cacheSeconds = cacheSeconds
  }

  package func accept(
    _ request: TransportRequest
  ) throws(Admission.Rejection) -> Acceptance? {
    guard request.topicName(before: "updates") != nil else { return nil }
    let wanted = try PageRequest(request.target)
    let (node, known) = (request.node, request.head.headers["If-None-Match"])
    return .response { [hub, cacheSeconds] _ in
      do throws(Refusal) {
        let page = try await hub.page(of: wanted.topic, from: wanted.start, limit: wanted.limit)
        return PageResponse(page, node: node, cacheSeconds: cacheSeconds).bytes(unless: known)
      } catch {
        return Admission.Rejection.unreadable.response(from: node)
      }
    }
  }
}
