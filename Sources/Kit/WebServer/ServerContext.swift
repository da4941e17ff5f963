import Hummingbird
import NIOCore

/// What a route gets with each request.
package struct ServerContext: RequestContext {
  package var coreContext: CoreRequestContextStorage
  /// Where the connection comes from: the client, or a proxy before it.
  package let peer: ClientAddress?
  /// Where this connection reached this node, for the `Served-By` header.
  let node: String

  package init(source: ApplicationRequestContextSource) {
    coreContext = .init(source: source)
    peer = ClientAddress(source.channel.remoteAddress)
    node = nodeName(source.channel.localAddress)
  }
}

/// Names the node that served a request, by the address that took the connection.
func nodeName(_ address: SocketAddress?) -> String {
  guard let host = address?.ipAddress, let port = address?.port else { return "unknown" }
  return host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
}
