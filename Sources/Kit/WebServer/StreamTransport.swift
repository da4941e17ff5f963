import NIOCore
import NIOHTTP1
import Updates

/// A transport whose responses do not end: it takes the connection over.
package protocol StreamTransport: Sendable {
  /// - Returns: nil if the request is for somebody else. Called on the connection's event loop.
  func accept(_ request: StreamRequest) throws(Admission.Rejection) -> (any ServerStream)?
}

/// A request that may become a stream; it has no body.
package struct StreamRequest {
  package var head: HTTPRequestHead
  package var target: RequestTarget
  package var loop: any EventLoop
  /// Names this node, for the `Served-By` header.
  package var node: String
}

/// What a connection carries after its transport has taken it over. Lives on the connection's event loop.
package protocol ServerStream: AnyObject {
  /// The connection is the stream's own now; nothing has been answered yet.
  func begin(on connection: StreamConnection)
  /// The kernel took all that was pending.
  func drained()
  /// The server leaves.
  func leave()
  /// The connection is gone.
  func closed()
}
