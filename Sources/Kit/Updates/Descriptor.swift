import Foundation
import NIOCore

/// The socket of a connection, below the channel that owns it.
///
/// Used on the channel's event loop only, and only while the channel has nothing pending: what is written
/// here would overtake that.
package struct Descriptor: Sendable {
  let number: CInt

  package init(_ number: CInt) {
    self.number = number
  }

  /// - Returns: how many bytes the kernel took, perhaps none; nil if the connection is broken.
  package func send(_ bytes: UnsafeRawBufferPointer) -> Int? {
    #if os(Linux)
      let flags = CInt(MSG_DONTWAIT) | CInt(MSG_NOSIGNAL)
    #else
      let flags = MSG_DONTWAIT
    #endif
    while true {
      let count = Foundation.send(number, bytes.baseAddress, bytes.count, flags)
      if count >= 0 { return count }
      if errno == EAGAIN || errno == EWOULDBLOCK { return 0 }
      if errno != EINTR { return nil }
    }
  }
}

extension Channel {
  /// - Returns: nil if bytes reach this channel's peer by other ways than a socket alone.
  package var descriptor: Descriptor? {
    let number = try? pipeline.syncOperations.withUnsafeTransportIfAvailable(
      of: NIOBSDSocket.Handle.self
    ) { $0 }
    return number.map(Descriptor.init)
  }
}
