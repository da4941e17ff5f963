import NIOCore

/// The connection of one client, as the hub sees it. All calls come on the connection's event loop.
package protocol Subscriber: AnyObject {
  var format: any WireFormat { get }
  /// Bytes that were written and the kernel has not taken yet.
  var pendingBytes: Int { get }

  /// Tells the client where it is on the topic, and with `isReset` that it missed updates. Comes before
  /// the first `write`.
  func place(at cursor: Cursor, isReset: Bool)

  /// - Returns: whether the kernel took everything. If not, nothing more is written until the
  ///   subscriber calls `Subscription.resume`.
  func write(_ bytes: ByteBuffer) -> Bool

  /// Shows the client, and every proxy in between, that the connection lives. Not called while bytes
  /// are pending.
  func beat()

  /// The last call: no more updates will come.
  func end(_ reason: EndReason)
}

/// How updates look on the wire of a transport.
package protocol WireFormat: Sendable {
  /// Subscribers whose formats have the same name get the same bytes.
  var name: String { get }
  func encode(_ updates: [Update], into buffer: inout ByteBuffer)
}

/// Why a server ends a stream: the close codes of the IANA WebSocket registry, and our own from 4000 on.
package enum EndReason: Int, Sendable {
  /// This node leaves; another one, or this one in a moment, goes on.
  case leaving = 1012
  /// Something that the topic needs is away; it is worth another try later.
  case unavailable = 1013
  /// The client did not read as fast as updates came.
  case tooSlow = 4008
}
