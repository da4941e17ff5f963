import NIOCore

/// What the buffers within a value hold.
package struct Held: Equatable {
  package var readable = 0
  package var capacity = 0

  package init(readable: Int, capacity: Int) {
    self.readable = readable
    self.capacity = capacity
  }

  package init(by value: Any) {
    if let buffer = value as? ByteBuffer {
      (readable, capacity) = (buffer.readableBytes, buffer.storageCapacity)
    } else {
      for child in Mirror(reflecting: value).children {
        let part = Held(by: child.value)
        readable += part.readable
        capacity += part.capacity
      }
    }
  }
}
