import NIOCore
import Updates

/// Why a connection ends (RFC 6455, section 7.4, and the registry that it founded).
package struct CloseCode: Hashable, Sendable {
  package let number: UInt16

  package static let normal = CloseCode(1000)
  package static let protocolError = CloseCode(1002)
  package static let unsupportedData = CloseCode(1003)
  package static let invalidPayload = CloseCode(1007)
  package static let tooBig = CloseCode(1009)

  package init(_ reason: EndReason) {
    number = UInt16(reason.rawValue)
  }

  private init(_ number: UInt16) {
    self.number = number
  }

  /// A code that a peer sent.
  ///
  /// - Returns: nil for those that never travel, as 1005 and 1006, and those that stand for nothing.
  init?(received number: UInt16) {
    guard
      (1000...1003).contains(number) || (1007...1014).contains(number)
        || (3000...4999).contains(number)
    else { return nil }
    self.number = number
  }
}

/// What a client did that ends its connection.
package struct ProtocolError: Error, Equatable, Sendable {
  package var code: CloseCode
  /// Said to the client; at most 123 bytes, so that it fits into a control frame.
  package var reason: String

  package init(_ code: CloseCode, _ reason: String) {
    self.code = code
    self.reason = reason
  }

  static func violation(_ reason: String) -> ProtocolError {
    ProtocolError(.protocolError, reason)
  }
}
