import NIOCore
import Updates

/// Updates as text frames, each a JSON object.
struct SocketFormat: WireFormat {
  /// Whether the socket carries several topics, so that everything says of which it is.
  var namesTopic: Bool

  var name: String { namesTopic ? "frames of many topics" : "frames" }

  func encode(_ updates: [Update], into buffer: inout ByteBuffer) {
    for update in updates {
      let object = object(update.topic) { $0.writeJSON(update) }
      buffer.writeFrameHeader(.text, length: object.readableBytes)
      buffer.writeImmutableBuffer(object)
    }
  }

  /// Where the client is on a topic, and whether it missed updates; and the node that serves it, as a
  /// browser does not show the headers of a handshake to a script.
  func place(_ topic: Topic, _ cursor: Cursor, isReset: Bool, node: String) -> ByteBuffer {
    object(topic) { buffer in
      buffer.writeStaticString("\"next\":")
      buffer.writeJSON(cursor.text)
      buffer.writeString(",\"reset\":\(isReset),\"node\":")
      buffer.writeJSON(node)
    }
  }

  private func object(_ topic: Topic, _ members: (inout ByteBuffer) -> Void) -> ByteBuffer {
    var buffer = ByteBuffer()
    buffer.writeStaticString("{")
    if namesTopic {
      buffer.writeStaticString("\"topic\":")
      buffer.writeJSON(topic.name)
      buffer.writeStaticString(",")
    }
    members(&buffer)
    buffer.writeStaticString("}")
    return buffer
  }
}
