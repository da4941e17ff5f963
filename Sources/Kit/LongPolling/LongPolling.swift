import NIOCore
import NIOHTTP1
import Polling
import Updates
import WebServer

/// `GET /topics/{topic}/updates?after=ID&limit=N&wait=SECONDS`: as with polling, but the answer is held
/// until there is news, or the wait is over.
package struct LongPolling: Transport {
  private static let usualSeconds: Int64 = 25
  private static let maximumSeconds: Int64 = 50

  private let hub: Hub

  package init(hub: Hub) {
    self.hub = hub
  }

  package func accept(
    _ request: TransportRequest
  ) throws(Admission.Rejection) -> Acceptance? {
    guard request.topicName(before: "updates") != nil,
      let wait = request.target.query?["wait"]
    else { return nil }
    guard wait.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
      throw .badRequest("wait is a whole number of seconds, \(Self.maximumSeconds) at most.")
    }
    let seconds = wait.isEmpty ? Self.usualSeconds : Int64(wait) ?? Self.maximumSeconds
    // Without a wait it is a poll like others.
    if seconds == 0 { return nil }
    return .held(
      HeldPoll(
        hub: hub, wanted: try PageRequest(request.target),
        seconds: min(seconds, Self.maximumSeconds), request: request))
  }
}
