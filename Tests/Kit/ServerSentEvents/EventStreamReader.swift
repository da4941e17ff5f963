/// What a browser makes of an event stream (WHATWG HTML, section 9.2.6).
struct EventStreamReader {
  struct Event: Equatable {
    var type: String
    var data: String
    var lastID: String
  }

  private(set) var events: [Event] = []
  /// What the browser would send as `Last-Event-ID`.
  private(set) var lastID = ""
  private(set) var retry: Int?

  private var type = ""
  private var data = ""
  private var nextID = ""

  init(_ bytes: [UInt8]) {
    var scalars = Array(String(decoding: bytes, as: UTF8.self).unicodeScalars)
    if scalars.first == "\u{FEFF}" { scalars.removeFirst() }
    var line: [Unicode.Scalar] = []
    var index = 0
    while index < scalars.count {
      let scalar = scalars[index]
      index += 1
      guard scalar == "\n" || scalar == "\r" else {
        line.append(scalar)
        continue
      }
      if scalar == "\r", index < scalars.count, scalars[index] == "\n" { index += 1 }
      read(line)
      line = []
    }
  }

  private mutating func read(_ line: [Unicode.Scalar]) {
    if line.isEmpty { return dispatch() }
    guard let colon = line.firstIndex(of: ":") else { return take(Self.text(line[...]), "") }
    if colon == 0 { return }
    var value = line[(colon + 1)...]
    if value.first == " " { value.removeFirst() }
    take(Self.text(line[..<colon]), Self.text(value))
  }

  private mutating func take(_ field: String, _ value: String) {
    switch field {
    case "event": type = value
    case "data": data += value + "\n"
    case "id": if !value.utf8.contains(0) { nextID = value }
    case "retry":
      if !value.isEmpty, value.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
        retry = Int(value)
      }
    default: break
    }
  }

  private mutating func dispatch() {
    lastID = nextID
    defer { (type, data) = ("", "") }
    if data.isEmpty { return }
    data.unicodeScalars.removeLast()
    events.append(Event(type: type.isEmpty ? "message" : type, data: data, lastID: lastID))
  }

  private static func text(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
    var text = ""
    text.unicodeScalars.append(contentsOf: scalars)
    return text
  }
}

/// A body in chunks, read strictly (RFC 9112, section 7.1).
struct ChunkReader {
  private(set) var chunks: [[UInt8]] = []
  private(set) var isEnded = false

  /// - Returns: nil if a byte is not where it must be.
  init?(_ bytes: [UInt8]) {
    var rest = bytes[...]
    while !rest.isEmpty {
      guard !isEnded, let end = rest.firstIndex(of: 0x0D),
        let size = Int(String(decoding: rest[..<end], as: UTF8.self), radix: 16),
        rest[rest.startIndex] != 0x2B, rest[rest.startIndex] != 0x2D,
        Self.drop(end - rest.startIndex, &rest) != nil, Self.drop("\r\n", &rest),
        let chunk = Self.drop(size, &rest), Self.drop("\r\n", &rest)
      else { return nil }
      if size == 0 { isEnded = true } else { chunks.append(chunk) }
    }
  }

  private static func drop(_ count: Int, _ rest: inout ArraySlice<UInt8>) -> [UInt8]? {
    guard rest.count >= count else { return nil }
    defer { rest = rest.dropFirst(count) }
    return Array(rest.prefix(count))
  }

  private static func drop(_ text: String, _ rest: inout ArraySlice<UInt8>) -> Bool {
    guard rest.starts(with: text.utf8) else { return false }
    rest = rest.dropFirst(text.utf8.count)
    return true
  }
}
