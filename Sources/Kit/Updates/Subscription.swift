import NIOCore

/// The connection of one client, as the hub sees it. All calls come on the connection's event loop.
package protocol Subscriber: AnyObject {
  var format: any WireFormat { get }
  /// Bytes that were written and the kernel has not taken yet.
  var pendingBytes: Int { get }
  /// Where the hub may write by itself as long as nothing is pending; nil if it has to call `write`.
  var descriptor: Descriptor? { get }

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

/// One client on one topic. Belongs to one event loop.
///
/// While the client keeps up, it is `live` and each turn of the loop writes the same bytes to it as to
/// all others. A client that does not is only a number in the shared history: what it has not read yet
/// is held once for all, and it goes on from there when its socket takes more.
package final class Subscription {
  enum State {
    /// Waits until the topic is open here.
    case waiting
    case live
    /// Update `next` of the history here is the next to write.
    case behind(next: Int)
    /// What comes after this place, nil being the oldest, is no longer in memory and comes from the
    /// fan-out, page by page.
    case away(Cursor?)
    case ended
  }

  package let topic: Topic
  let shard: Shard
  let subscriber: any Subscriber
  var state = State.waiting
  private(set) var hasPlace = false
  /// Whether it was waiting at the last beat, too.
  var isLate = false
  /// Bytes that came since the client stopped reading.
  private var lag = 0

  var group: Shard.Group?
  var slot = -1
  var beatBucket = -1
  var beatSlot = -1

  init(topic: Topic, shard: Shard, subscriber: any Subscriber) {
    self.topic = topic
    self.shard = shard
    self.subscriber = subscriber
  }

  /// The subscriber's connection is gone.
  package func cancel() {
    shard.remove(self)
  }

  /// The kernel took all that was pending.
  package func resume() {
    switch state {
    case .behind: shard.catchUp(self)
    case .away(let cursor): shard.fetch(self, after: cursor)
    case .waiting, .live, .ended: break
    }
  }

  /// The same for a client that says where it is.
  ///
  /// - Returns: false, and does nothing, unless that is where the topic is now.
  package func resume(at cursor: Cursor) -> Bool {
    shard.resume(self, at: cursor)
  }

  /// Tells the client its place the first time, and whenever it missed something.
  func begin(at place: Cursor, isReset: Bool) {
    guard !hasPlace || isReset else { return }
    hasPlace = true
    subscriber.place(at: place, isReset: isReset)
  }

  /// Some of what it had not read is written after all.
  func catchesUp(by bytes: Int) {
    lag = max(0, lag - bytes)
  }

  /// Something that did not come from here is pending on the client's connection.
  package func pause() {
    if case .live = state { shard.pause(self) }
  }

  /// What is left to write of the same bytes for all subscribers of this format.
  ///
  /// - Parameter numbers: of the updates in these bytes.
  /// - Returns: whether they were written.
  func take(_ bytes: ByteBuffer, _ numbers: Range<Int>) -> Bool {
    switch state {
    case .live where subscriber.pendingBytes == 0:
      if !subscriber.write(bytes) {
        lag = 0
        fallBehind(numbers.upperBound)
      }
      return true
    case .live, .behind, .away:
      if case .live = state { fallBehind(numbers.lowerBound) }
      lag += bytes.readableBytes
      if lag + subscriber.pendingBytes > shard.maximumQueue { shard.end(self, .tooSlow) }
    case .waiting, .ended: break
    }
    return false
  }

  /// - Parameter next: the number of the update that comes next.
  func fallBehind(_ next: Int) {
    if case .ended = state { return }
    state = .behind(next: next)
    group?.sockets[slot] = nil
  }

  /// The history that its place was in is gone; what is left begins after `place`.
  func restart(at place: Cursor, next: Int) {
    switch state {
    case .live, .behind:
      fallBehind(next)
      guard subscriber.pendingBytes == 0 else {
        // What it has read meanwhile is no longer known here: it asks where it is when it can.
        state = .away(.unknown)
        return
      }
      begin(at: place, isReset: true)
      shard.catchUp(self)
    case .waiting, .away, .ended: break
    }
  }

  func isUpToDate() {
    state = .live
    group?.sockets[slot] = subscriber.descriptor
  }
}
