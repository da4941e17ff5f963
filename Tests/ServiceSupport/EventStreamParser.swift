/// A block of an event stream, as it was sent: what it does not say is nil. A browser dispatches
/// only those with data.
package struct StreamEvent: Sendable, Hashable {
  package var id: String?
  package var event: String?
  package var data: String?
  /// Milliseconds.
  package var retry: Int?

  package init(
    id: String? = nil, event: String? = nil, data: String? = nil, retry: Int? = nil
  ) {
    self.id = id
    self.event = event
    self.data = data
    self.retry = retry
  }
}

/// Reads an event stream (WHATWG HTML, section 9.2.6). Unlike a browser it also tells of blocks
/// without data; a block that no blank line ends is nothing, as there.
package struct EventStreamParser: Sendable {
  private static let lineFeed = UInt8(ascii: "\n")
  private static let carriageReturn = UInt8(ascii: "\r")

  /// What a browser would send as `Last-Event-ID`.
  package private(set) var lastEventID = ""
  package private(set) var comments = 0

  private var line: [UInt8] = []
  private var followsReturn = false
  private var isFirstLine = true
  private var block = StreamEvent()

  package init() {}

  package mutating func feed(_ bytes: some Sequence<UInt8>) -> [StreamEvent] {
    var events: [StreamEvent] = []
    for byte in bytes {
      let isSecondHalf = followsReturn && byte == Self.lineFeed
      followsReturn = byte == Self.carriageReturn
      if isSecondHalf { continue }
      if byte == Self.lineFeed || byte == Self.carriageReturn {
        if let event = endLine() { events.append(event) }
      } else {
        line.append(byte)
      }
    }
    return events
  }

  private mutating func endLine() -> StreamEvent? {
    let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]
    if isFirstLine, line.starts(with: byteOrderMark) { line.removeFirst(3) }
    isFirstLine = false
    defer { line.removeAll(keepingCapacity: true) }
    if line.isEmpty { return endBlock() }
    if line[0] == UInt8(ascii: ":") {
      comments += 1
      return nil
    }
    let colon = line.firstIndex(of: UInt8(ascii: ":")) ?? line.endIndex
    var value = line[colon...].dropFirst()
    if value.first == UInt8(ascii: " ") { value.removeFirst() }
    add(
      String(decoding: line[..<colon], as: UTF8.self), String(decoding: value, as: UTF8.self))
    return nil
  }

  private mutating func add(_ name: String, _ value: String) {
    switch name {
    case "event": block.event = value
    case "data": block.data = block.data.map { $0 + "\n" + value } ?? value
    case "id": if !value.utf8.contains(0) { block.id = value }
    case "retry":
      let isNumber = value.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
      if isNumber, let number = Int(value) { block.retry = number }
    default: break
    }
  }

  /// - Returns: nil if the block said nothing.
  private mutating func endBlock() -> StreamEvent? {
    let ended = block
    block = StreamEvent()
    if let id = ended.id { lastEventID = id }
    return ended == StreamEvent() ? nil : ended
  }
}
