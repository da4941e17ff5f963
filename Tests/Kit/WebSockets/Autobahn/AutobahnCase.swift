import NIOCore
import ServiceSupport
import Testing

/// One case of the Autobahn Testsuite (github.com/crossbario/autobahn-testsuite): what its client
/// sends, and what it gets of a server that sends every message back.
struct AutobahnCase: Sendable, CustomTestStringConvertible {
  /// How the bytes arrive.
  enum Chop: Sendable {
    case whole
    case perFrame
    case bytes(Int)
    case at([Int])
  }

  enum Ending: Sendable {
    /// When it has all that it waits for, the client closes with 1000 and is answered so.
    case byClient
    /// The close frame that was sent is answered.
    case answered(UInt16?)
    /// The server fails the connection.
    case failed(UInt16)
  }

  let id: String
  let sends: [ClientFrame]
  let chop: Chop
  /// Before the close frame.
  let gets: [ClientFrame]
  let ending: Ending
  /// The chunk that lets the server end the connection, if that is a matter of the case.
  let lastChunk: Int?

  init(
    _ id: String, _ sends: [ClientFrame], _ chop: Chop = .whole, gets: [ClientFrame] = [],
    ends ending: Ending = .byClient, lastChunk: Int? = nil
  ) {
    self.id = id
    self.sends = sends
    self.chop = chop
    self.gets = gets
    self.ending = ending
    self.lastChunk = lastChunk
  }

  /// A message, which is echoed.
  init(_ id: String, _ message: ClientFrame, _ chop: Chop = .whole) {
    self.init(id, [message], chop, gets: [message])
  }

  var testDescription: String { id }
  var section: String { String(id.prefix { $0 != "." }) }

  var chunks: [ByteBuffer] {
    let frames = sends.map { (bytes: $0.bytes, count: $0.count) }
    if case .perFrame = chop {
      return frames.flatMap { Array(repeating: $0.bytes, count: $0.count) }
    }
    var stream = ByteBuffer()
    for frame in frames {
      for _ in 0..<frame.count { stream.writeImmutableBuffer(frame.bytes) }
    }
    let count = stream.readableBytes
    let cuts =
      switch chop {
      case .whole, .perFrame: [0]
      case .bytes(let size): Array(stride(from: 0, to: count, by: size))
      case .at(let places): [0] + places
      }
    return zip(cuts, cuts.dropFirst() + [count]).compactMap {
      stream.getSlice(at: $0, length: $1 - $0)
    }
  }
}
