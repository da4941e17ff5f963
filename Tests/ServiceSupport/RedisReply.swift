import Foundation

/// What Redis answers (RESP 2), as far as commands of administrators need it.
enum RedisReply: Sendable, Equatable {
  case text(String)
  case error(String)
  case list([RedisReply])

  /// A command as an array of bulk strings.
  static func request(_ words: [String]) -> [UInt8] {
    var bytes = Array("*\(words.count)\r\n".utf8)
    for word in words { bytes += Array("$\(word.utf8.count)\r\n\(word)\r\n".utf8) }
    return bytes
  }

  /// - Returns: as many replies as are complete, at most `count`.
  static func read(_ bytes: [UInt8], upTo count: Int) throws -> [RedisReply] {
    var reader = Reader(bytes: bytes[...])
    var replies: [RedisReply] = []
    while replies.count < count, let reply = try reader.next() { replies.append(reply) }
    return replies
  }

  /// Elements of a list stand on lines; what is absent is empty.
  var lines: String {
    switch self {
    case .text(let text), .error(let text): text
    case .list(let list): list.map(\.lines).joined(separator: "\n")
    }
  }

  private struct Reader {
    var bytes: ArraySlice<UInt8>

    mutating func next() throws -> RedisReply? {
      guard let line = takeLine() else { return nil }
      let rest = String(line.dropFirst())
      switch line.first {
      case "+", ":": return .text(rest)
      case "-": return .error(rest)
      case "$": return try bulk(rest)
      case "*":
        var list: [RedisReply] = []
        for _ in 0..<max(0, try Self.number(rest)) {
          guard let element = try next() else { return nil }
          list.append(element)
        }
        return .list(list)
      default: throw ServiceFailure("no answer of Redis: \(line)")
      }
    }

    private mutating func bulk(_ length: String) throws -> RedisReply? {
      let count = try Self.number(length)
      guard count >= 0 else { return .text("") }
      guard bytes.count >= count + 2 else { return nil }
      defer { bytes = bytes.dropFirst(count + 2) }
      return .text(String(decoding: bytes.prefix(count), as: UTF8.self))
    }

    private mutating func takeLine() -> String? {
      guard let end = bytes.firstIndex(of: UInt8(ascii: "\r")), end + 1 < bytes.endIndex else {
        return nil
      }
      defer { bytes = bytes[(end + 2)...] }
      return String(decoding: bytes[..<end], as: UTF8.self)
    }

    private static func number(_ text: String) throws -> Int {
      guard let number = Int(text) else { throw ServiceFailure("no length: \(text)") }
      return number
    }
  }
}
