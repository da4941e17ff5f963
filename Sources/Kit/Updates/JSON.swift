import NIOCore

extension ByteBuffer {
  /// Writes `text` as a JSON string (RFC 8259, section 7).
  package mutating func writeJSON(_ text: String) {
    var text = text
    writeStaticString("\"")
    text.withUTF8 { bytes in
      var start = 0
      for index in bytes.indices where bytes[index].isEscapedInJSON {
        writeBytes(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(bytes)[start..<index]))
        start = index + 1
        switch bytes[index] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"):
          writeStaticString("\\")
          writeInteger(bytes[index])
        case UInt8(ascii: "\n"): writeStaticString("\\n")
        case let control:
          let digits = String(control, radix: 16)
          writeString("\\u00" + (digits.utf8.count == 1 ? "0" : "") + digits)
        }
      }
      writeBytes(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(bytes)[start...]))
    }
    writeStaticString("\"")
  }

  /// Writes the members of an object that an update has on every transport.
  package mutating func writeJSON(_ update: Update) {
    writeStaticString("\"id\":")
    writeJSON(update.id.text)
    if let event = update.event {
      writeStaticString(",\"event\":")
      writeJSON(event.name)
    }
    writeStaticString(",\"data\":")
    writeJSON(update.data)
  }
}

extension UInt8 {
  fileprivate var isEscapedInJSON: Bool {
    self < 0x20 || self == UInt8(ascii: "\"") || self == UInt8(ascii: "\\")
  }
}
