import NIOCore
import Updates

/// Updates as blocks of an event stream (WHATWG HTML, section 9.2.5).
struct EventFormat: WireFormat {
  /// Whether what is encoded goes out as one chunk (RFC 9112, section 7.1). HTTP/1.0 has no chunks.
  var isChunked: Bool

  var name: String { isChunked ? "events in chunks" : "events" }

  func encode(_ updates: [Update], into buffer: inout ByteBuffer) {
    // An empty chunk would end the response.
    if updates.isEmpty { return }
    let size = updates.reduce(0) { $0 + $1.data.utf8.count + 96 }
    write(into: &buffer, size) { buffer in
      for update in updates {
        buffer.writeString("id: \(update.id)\n")
        if let event = update.event { buffer.writeString("event: \(event.name)\n") }
        buffer.writeLines(update.data)
        buffer.writeStaticString("\n")
      }
    }
  }

  /// Where the stream begins; a browser keeps the id of a block without data, and dispatches nothing.
  func place(_ cursor: Cursor, retryMilliseconds: Int) -> ByteBuffer {
    bytes("id: \(cursor)\nretry: \(retryMilliseconds)\n\n")
  }

  /// Updates were missed; the topic is repeated since a browser drops an event without data.
  func reset(_ topic: Topic, at cursor: Cursor, retryMilliseconds: Int) -> ByteBuffer {
    var name = ByteBuffer()
    name.writeJSON(topic.name)
    return bytes(
      """
      event: reset\nid: \(cursor)\nretry: \(retryMilliseconds)\n\
      data: {"topic":\(String(buffer: name))}\n\n
      """)
  }

  /// The last block, and the end of the response.
  func bye(_ reason: EndReason) -> ByteBuffer {
    var buffer = bytes("event: bye\ndata: \(reason.rawValue)\n\n")
    if isChunked { buffer.writeStaticString("0\r\n\r\n") }
    return buffer
  }

  /// A comment, which readers skip.
  var heartbeat: ByteBuffer { bytes(":\n\n") }

  private func bytes(_ text: String) -> ByteBuffer {
    var buffer = ByteBuffer()
    write(into: &buffer, text.utf8.count) { $0.writeString(text) }
    return buffer
  }

  /// The length of a chunk stands before it, so it is written into room that was left for it.
  private func write(
    into buffer: inout ByteBuffer, _ size: Int, _ body: (inout ByteBuffer) -> Void
  ) {
    guard isChunked else { return body(&buffer) }
    buffer.reserveCapacity(minimumWritableBytes: size + 16)
    buffer.writeStaticString("00000000\r\n")
    let dataStart = buffer.writerIndex
    body(&buffer)
    let digits = String(buffer.writerIndex - dataStart, radix: 16)
    buffer.setString(digits, at: dataStart - 2 - digits.utf8.count)
    buffer.writeStaticString("\r\n")
  }
}

extension ByteBuffer {
  /// Each line of `text` as a `data` field. CR, LF and CRLF all end a line, and arrive as LF.
  fileprivate mutating func writeLines(_ text: String) {
    var text = text
    text.withUTF8 { bytes in
      var start = 0
      while true {
        let end = bytes[start...].firstIndex { $0 == 0x0A || $0 == 0x0D } ?? bytes.count
        writeStaticString("data: ")
        writeBytes(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(bytes)[start..<end]))
        writeStaticString("\n")
        if end == bytes.count { return }
        start = end + 1
        if bytes[end] == 0x0D, start < bytes.count, bytes[start] == 0x0A { start += 1 }
      }
    }
  }
}
