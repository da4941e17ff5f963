import NIOCore
import ServiceSupport
import WebSockets

/// Hands bytes to an endpoint, piece by piece, and looks at what it makes of them.
package struct EndpointCheck {
  /// Small, so that it is met often.
  private static let maximumMessage = 300
  /// A control frame that is not there in full.
  private static let maximumControl = 124

  /// nil if all is well.
  package private(set) var problem: String?
  package private(set) var isEnded = false

  package init(_ pieces: [ArraySlice<UInt8>]) {
    var endpoint = Endpoint(maximumMessage: Self.maximumMessage)
    var actions: [Endpoint.Action] = []
    for piece in pieces {
      let more = endpoint.receive(ByteBuffer(bytes: piece))
      if isEnded, !more.isEmpty { problem = "more comes after the end" }
      actions += more
      isEnded = actions.last == .disconnect
    }
    let plain = PlainEndpoint(pieces.flatMap { $0 }, maximumMessage: Self.maximumMessage)
    let outcomes = Self.outcomes(of: actions)
    if outcomes != plain.outcomes {
      problem = "\(outcomes.map { "\($0)" } ?? "malformed: \(actions)"), not \(plain.outcomes)"
    } else if Held(by: endpoint).readable > Self.maximumMessage + Self.maximumControl {
      problem = "\(Held(by: endpoint).readable) bytes are held"
    }
  }

  /// - Returns: nil unless all that is sent are whole frames of a server, at their places.
  private static func outcomes(of actions: [Endpoint.Action]) -> [PlainEndpoint.Outcome]? {
    var outcomes: [PlainEndpoint.Outcome] = []
    for (index, action) in actions.enumerated() {
      switch action {
      case .receive(let message):
        let bytes = Array(message.bytes.readableBytesView)
        outcomes.append(message.isText ? .text(bytes) : .binary(bytes))
      case .pong(let bytes):
        guard let frame = frame(bytes), frame.opcode == .pong else { return nil }
        outcomes.append(.pong(frame.payload))
      case .send(let bytes):
        // On what a client sends, an endpoint sends nothing but its last words.
        guard let frame = frame(bytes), frame.opcode == .close, index == actions.count - 2,
          let end = end(frame.payload)
        else { return nil }
        outcomes.append(end)
      case .disconnect:
        guard index > 0, case .send = actions[index - 1] else { return nil }
      }
    }
    return outcomes
  }

  private static func end(_ payload: [UInt8]) -> PlainEndpoint.Outcome? {
    if payload.isEmpty { return .end(nil) }
    guard payload.count > 1, String(validating: payload.dropFirst(2), as: UTF8.self) != nil
    else { return nil }
    return .end(UInt16(payload[0]) << 8 | UInt16(payload[1]))
  }

  private static func frame(_ bytes: ByteBuffer) -> WebSocketFrame? {
    var parser = FrameParser()
    guard let frames = try? parser.feed(bytes.readableBytesView), frames.count == 1,
      (try? parser.finish()) != nil
    else { return nil }
    return frames[0].isFinal ? frames[0] : nil
  }
}
