import HTTPTypes
import Hummingbird
import Updates

/// What operators and load balancers ask.
struct Health: Sendable {
  let hub: Hub
  let variables: ServerVariables
  let limits: Limits
  let departure: Departure
  let metrics: Metrics

  func add(to router: Router<ServerContext>) {
    router.get("/health/live") { _, _ in Response(status: .ok) }
    router.get("/health/ready") { _, _ in
      Response(status: hub.isReady && !departure.isLeaving ? .ok : .serviceUnavailable)
    }
    router.get("/metrics") { request, context in
      // A proxy on this machine asks for others.
      let isLocal =
        context.peer?.isLoopback == true && request.headers[.forwardedFor] == nil
      guard isLocal || variables.exposesMetrics else { throw HTTPError(.forbidden) }
      return Response(
        status: .ok, headers: [.contentType: "text/plain; version=0.0.4"],
        body: .init(
          byteBuffer: .init(
            string: metrics.text(hub.figures, connections: limits.connections))))
    }
  }
}
