import Foundation
import NIOCore
import Updates
import WebServer

/// A client repeats its request word for word, but for the cursor that it was just given. Such a request
/// is compared rather than read: everything else about it was checked with the one before.
///
/// Stands before the HTTP decoder of a connection on which a request was held.
final class RepeatedPolls: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = ByteBuffer

  /// The request that was held last, and where the value of `after` stands in it.
  fileprivate struct Pattern {
    var bytes: ByteBuffer
    var value: Range<Int>
  }

  private var connection: (any HeldConnection)?
  private var pattern: Pattern?
  /// The request that was held last.
  private var last: HeldPoll?
  /// Whether others were given the bytes that came.
  private var isPassedOn = true
  /// Whether all that others were given ended with a head.
  private var isInStep = true

  /// The one of this connection.
  static func watch(_ channel: any Channel) -> RepeatedPolls {
    let pipeline = channel.pipeline.syncOperations
    if let known = try? pipeline.handler(type: RepeatedPolls.self) { return known }
    let added = RepeatedPolls()
    do {
      try pipeline.addHandler(added, position: .first)
      try channel.syncOptions?.setOption(.autoRead, value: false)
    } catch {
      // On a connection that is being closed there is none, and no need of one.
    }
    return added
  }

  func held(_ request: HeldPoll, on connection: any HeldConnection) {
    forget()
    self.connection = connection
    last = request
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let bytes = unwrapInboundIn(data)
    let isIdle = connection?.isIdle == true
    if isIdle, let connection, let last, let pattern, let cursor = cursor(in: bytes, pattern) {
      isPassedOn = false
      return last.ask(after: cursor, on: connection)
    }
    isPassedOn = true
    // The decoder may hold the beginning of something from now on, and what follows would belong to that.
    isInStep = isInStep && isIdle && bytes.endsHead
    guard isInStep else {
      pattern = nil
      return context.fireChannelRead(data)
    }
    forget()
    context.fireChannelRead(data)
    pattern = last == nil ? nil : Pattern(bytes)
  }

  func channelInactive(context: ChannelHandlerContext) {
    forget()
    context.fireChannelInactive()
  }

  private func forget() {
    last?.closed()
    last = nil
    pattern = nil
  }

  /// Reads on by itself, as the channel would walk through all handlers for it.
  func channelReadComplete(context: ChannelHandlerContext) {
    guard isPassedOn else { return context.read() }
    context.fireChannelReadComplete()
    context.pipeline.read()
  }

  private func cursor(in bytes: ByteBuffer, _ pattern: Pattern) -> Cursor? {
    let length = bytes.readableBytes - pattern.bytes.readableBytes + pattern.value.count
    guard length > 0 else { return nil }
    return bytes.withUnsafeReadableBytes { bytes in
      pattern.bytes.withUnsafeReadableBytes { known in
        let (start, end) = (pattern.value.lowerBound, pattern.value.lowerBound + length)
        let (head, tail) = (known[..<start], known[pattern.value.upperBound...])
        guard Self.areEqual(bytes[..<start], head), Self.areEqual(bytes[end...], tail) else {
          return nil
        }
        // `earliest` is no cursor.
        let text = String(decoding: bytes[start..<end], as: UTF8.self)
        if case .after(let cursor) = Start(after: text), cursor != .unknown { return cursor }
        return nil
      }
    }
  }

  private static func areEqual(
    _ left: Slice<UnsafeRawBufferPointer>, _ right: Slice<UnsafeRawBufferPointer>
  ) -> Bool {
    guard left.count == right.count else { return false }
    let (left, right) = (
      UnsafeRawBufferPointer(rebasing: left), UnsafeRawBufferPointer(rebasing: right)
    )
    guard let first = left.baseAddress, let second = right.baseAddress else { return true }
    return memcmp(first, second, left.count) == 0
  }
}

extension RepeatedPolls.Pattern {
  /// - Returns: nil unless `bytes` is this request from its first to its last byte.
  fileprivate init?(_ bytes: ByteBuffer) {
    let text = Array(bytes.readableBytesView)
    guard text.starts(with: "GET /".utf8),
      let headEnd = text.firstRange(of: Array("\r\n\r\n".utf8)), headEnd.upperBound == text.count,
      let mark = text.firstIndex(of: UInt8(ascii: "?")),
      let queryEnd = text[mark...].firstIndex(of: UInt8(ascii: " ")),
      let name = text[mark..<queryEnd].firstRange(of: Array("after=".utf8)),
      name.lowerBound == mark + 1 || text[name.lowerBound - 1] == UInt8(ascii: "&")
    else { return nil }
    let end = text[name.upperBound..<queryEnd].firstIndex(of: UInt8(ascii: "&")) ?? queryEnd
    self.init(bytes: ByteBuffer(bytes: text), value: name.upperBound..<end)
  }
}

extension ByteBuffer {
  fileprivate var endsHead: Bool { readableBytesView.suffix(4).elementsEqual("\r\n\r\n".utf8) }
}
