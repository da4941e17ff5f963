import CHiredis
import NIOCore

/// What Redis answers (RESP2).
enum Reply: Sendable, Equatable {
  /// Simple strings and bulk strings alike.
  case string(String)
  case integer(Int)
  case array([Reply])
  case null
  case error(String)

  var string: String? { if case .string(let text) = self { text } else { nil } }
  var array: [Reply]? { if case .array(let replies) = self { replies } else { nil } }
}

/// Reads replies out of bytes, in whatever pieces these come; hiredis does the parsing.
///
/// Belongs to one event loop.
final class ReplyReader {
  struct ProtocolError: Error {}

  private let reader: UnsafeMutablePointer<redisReader>

  /// - Returns: nil if there is no memory for it.
  init?() {
    guard let reader = redisReaderCreate() else { return nil }
    self.reader = reader
  }

  deinit {
    redisReaderFree(reader)
  }

  func feed(_ bytes: ByteBuffer) throws(ProtocolError) {
    let status = bytes.withUnsafeReadableBytes { bytes in
      redisReaderFeed(reader, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count)
    }
    guard status == REDIS_OK else { throw ProtocolError() }
  }

  /// - Returns: nil if the next reply is not complete yet.
  func next() throws(ProtocolError) -> Reply? {
    var object: UnsafeMutableRawPointer?
    guard redisReaderGetReply(reader, &object) == REDIS_OK else { throw ProtocolError() }
    guard let object else { return nil }
    defer { freeReplyObject(object) }
    return Reply(object.assumingMemoryBound(to: redisReply.self).pointee)
  }
}

extension Reply {
  fileprivate init(_ reply: redisReply) {
    switch reply.type {
    case REDIS_REPLY_STRING, REDIS_REPLY_STATUS: self = .string(Self.text(reply))
    case REDIS_REPLY_ERROR: self = .error(Self.text(reply))
    case REDIS_REPLY_INTEGER: self = .integer(Int(reply.integer))
    case REDIS_REPLY_ARRAY:
      let elements = UnsafeBufferPointer(start: reply.element, count: reply.elements)
      self = .array(elements.map { $0.map { Reply($0.pointee) } ?? .null })
    default: self = .null
    }
  }

  private static func text(_ reply: redisReply) -> String {
    let bytes = UnsafeRawBufferPointer(start: reply.str, count: reply.str == nil ? 0 : reply.len)
    return String(decoding: bytes, as: UTF8.self)
  }
}

extension ByteBuffer {
  /// A command as Redis takes it, an array of bulk strings.
  ///
  /// - Returns: whether there was memory for it.
  mutating func writeCommand(_ words: [String]) -> Bool {
    let lengths = words.map(\.utf8.count)
    var bytes: [CChar] = []
    bytes.reserveCapacity(lengths.reduce(0, +))
    for word in words { bytes += word.utf8.map(CChar.init(bitPattern:)) }
    return bytes.withUnsafeBufferPointer { bytes in
      var offset = 0
      var starts = lengths.map { length in
        defer { offset += length }
        return bytes.baseAddress.map { $0 + offset }
      }
      var command: UnsafeMutablePointer<CChar>?
      let count = redisFormatCommandArgv(&command, Int32(words.count), &starts, lengths)
      guard count >= 0, let command else { return false }
      defer { redisFreeCommand(command) }
      writeBytes(UnsafeRawBufferPointer(start: command, count: Int(count)))
      return true
    }
  }
}
