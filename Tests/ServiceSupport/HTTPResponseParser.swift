/// Reads the responses of one connection (RFC 9112), strictly: whatever a server should not send is
/// a problem.
package struct HTTPResponseParser: Sendable {
  package enum Part: Sendable, Equatable {
    case head(HTTPResponse.Head)
    case body([UInt8])
    case end
  }

  package struct Problem: Error, Equatable, CustomStringConvertible {
    package let description: String
  }

  private enum State: Sendable {
    case head([String])
    /// So many bytes of a body are still to come.
    case sized(Int)
    case chunkSize
    case chunk(Int)
    case chunkEnd
    case trailers
    /// The end of the connection is the end of the body.
    case untilClose
  }

  private static let longestLine = 65_536

  /// An answer to HEAD has no body, whatever its fields say.
  private let isForHead: Bool
  private var state = State.head([])
  private var rest: ArraySlice<UInt8> = []

  package init(isForHead: Bool = false) {
    self.isForHead = isForHead
  }

  package mutating func feed(_ bytes: some Sequence<UInt8>) throws(Problem) -> [Part] {
    rest.append(contentsOf: bytes)
    var parts: [Part] = []
    while try step(&parts) {}
    return parts
  }

  /// The connection has ended.
  package mutating func finish() throws(Problem) -> [Part] {
    switch state {
    case .head(let lines) where lines.isEmpty && rest.isEmpty: return []
    case .untilClose:
      state = .head([])
      return [.end]
    default: throw Problem(description: "the connection ended within a response (\(state))")
    }
  }

  /// - Returns: whether there may be more in the bytes that are here.
  private mutating func step(_ parts: inout [Part]) throws(Problem) -> Bool {
    switch state {
    case .head(let lines):
      guard let line = try line() else { return false }
      if line.isEmpty {
        try begin(try Self.head(lines), &parts)
      } else {
        state = .head(lines + [line])
      }
    case .sized(0):
      parts.append(.end)
      state = .head([])
      return !rest.isEmpty
    case .sized(let left):
      guard let piece = piece(left) else { return false }
      parts.append(.body(piece))
      state = .sized(left - piece.count)
    case .chunkSize:
      guard let line = try line() else { return false }
      let digits = line.prefix { $0 != ";" }
      guard let size = Int(digits, radix: 16), size >= 0 else {
        throw Problem(description: "\(line) is no size of a chunk")
      }
      state = size == 0 ? .trailers : .chunk(size)
    case .chunk(let left):
      guard let piece = piece(left) else { return false }
      parts.append(.body(piece))
      state = left == piece.count ? .chunkEnd : .chunk(left - piece.count)
    case .chunkEnd:
      guard let line = try line() else { return false }
      guard line.isEmpty else { throw Problem(description: "a chunk is longer than its size") }
      state = .chunkSize
    case .trailers:
      guard let line = try line() else { return false }
      if line.isEmpty { state = .sized(0) }
    case .untilClose:
      guard let piece = piece(.max) else { return false }
      parts.append(.body(piece))
    }
    return true
  }

  private mutating func begin(
    _ head: HTTPResponse.Head, _ parts: inout [Part]
  ) throws(Problem) {
    // Interim responses (RFC 9110, section 15.2) only announce the real one.
    if (100..<200).contains(head.status), head.status != 101 {
      state = .head([])
      return
    }
    parts.append(.head(head))
    let codings = head.values("Transfer-Encoding")
    let lengths = head.values("Content-Length")
    if isForHead || [204, 304].contains(head.status) {
      state = .sized(0)
    } else if !codings.isEmpty {
      guard lengths.isEmpty, codings == ["chunked"] else {
        throw Problem(description: "the length is not clear: \(head.fields)")
      }
      state = .chunkSize
    } else if let length = lengths.first {
      guard lengths.count == 1, let size = Int(length), size >= 0 else {
        throw Problem(description: "Content-Length is \(lengths)")
      }
      state = .sized(size)
    } else {
      state = .untilClose
    }
  }

  /// - Returns: nil if nothing is here.
  private mutating func piece(_ limit: Int) -> [UInt8]? {
    guard !rest.isEmpty else { return nil }
    let piece = Array(rest.prefix(limit))
    rest = rest.dropFirst(piece.count)
    return piece
  }

  /// - Returns: a line without its end, or nil if it is not here in full.
  private mutating func line() throws(Problem) -> String? {
    guard let end = rest.firstIndex(of: 0x0A) else {
      guard rest.count <= Self.longestLine else { throw Problem(description: "an endless line") }
      return nil
    }
    let line = rest[..<end]
    rest = rest[(end + 1)...]
    guard line.last == 0x0D else {
      throw Problem(
        description: "a line without CR: \(String(decoding: line, as: UTF8.self))")
    }
    return String(decoding: line.dropLast(), as: UTF8.self)
  }

  private static func head(_ lines: [String]) throws(Problem) -> HTTPResponse.Head {
    let first = (lines.first ?? "").split(
      separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
    guard first.count >= 2, first[0].hasPrefix("HTTP/1."), first[1].utf8.count == 3,
      let status = Int(first[1])
    else { throw Problem(description: "no status line: \(lines.first ?? "")") }
    var fields: [HTTPResponse.Field] = []
    for line in lines.dropFirst() {
      guard let colon = line.firstIndex(of: ":"), colon > line.startIndex,
        !line[..<colon].contains(where: \.isWhitespace)
      else { throw Problem(description: "no field: \(line)") }
      fields.append(
        HTTPResponse.Field(
          name: String(line[..<colon]), value: trimmed(line[line.index(after: colon)...])))
    }
    return HTTPResponse.Head(
      status: status, reason: first.count > 2 ? String(first[2]) : "", fields: fields)
  }

  private static func trimmed(_ text: Substring) -> String {
    var text = text.drop { $0 == " " || $0 == "\t" }
    while text.last == " " || text.last == "\t" { text.removeLast() }
    return String(text)
  }
}
