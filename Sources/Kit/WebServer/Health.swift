import HTTPTypes
import Hummingbird
import Synchronization
import Updates

/// What operators and load balancers ask.
struct Health: Sendable {
  let publisher: Publisher

  func add(to router: Router<ServerContext>) {
    let (hub, limits, metrics) = (publisher.hub, publisher.limits, publisher.metrics)
    let (departure, variables) = (publisher.departure, publisher.variables)
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

/// What this node counts, as Prometheus reads it (text exposition format 0.0.4). No topic and no client is
/// in a label.
final class Metrics: Sendable {
  /// A number that goes up, or up and down.
  final class Count: Sendable {
    private let value = Atomic<Int>(0)

    func add(_ amount: Int) { value.wrappingAdd(amount, ordering: .relaxed) }
    var current: Int { value.load(ordering: .relaxed) }
  }

  let streams = Count()
  let turnedAway = Count()
  let published = Count()
  let refused = Count()

  func text(_ hub: Hub.Figures, connections: Int) -> String {
    [
      ("connections", "gauge", "Open connections.", connections),
      ("streams", "gauge", "Clients that are sent updates as they come.", streams.current),
      ("topics", "gauge", "Topics that are open on this node.", hub.openTopics),
      ("history_bytes", "gauge", "Bytes of updates held in memory.", hub.historyBytes),
      ("updates_published_total", "counter", "Updates taken from publishers.", published.current),
      ("updates_refused_total", "counter", "Updates that were not taken.", refused.current),
      ("deliveries_total", "counter", "Updates written to streams.", hub.deliveries),
      ("slow_clients_total", "counter", "Streams cut off for not reading.", hub.slowClients),
    ].map { name, type, help, value in
      "# HELP \(name) \(help)\n# TYPE \(name) \(type)\n\(name) \(value)\n"
    }.joined()
  }
}
