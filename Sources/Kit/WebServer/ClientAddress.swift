import Foundation
import NIOCore

/// The IP address of a client, as limits count it.
package struct ClientAddress: Hashable, Sendable, CustomStringConvertible {
  /// 4 or 16.
  let bytes: [UInt8]

  /// - Returns: nil if `text` is not an IPv4 or IPv6 address. An IPv4-mapped address (RFC 4291, section
  ///   2.5.5.2) is taken as the IPv4 address that it holds.
  package init?(_ text: String) {
    // The C library reads up to the first NUL.
    guard !text.utf8.contains(0) else { return nil }
    var bytes = [UInt8](repeating: 0, count: 16)
    if inet_pton(AF_INET, text, &bytes) == 1 {
      self.bytes = Array(bytes.prefix(4))
    } else if inet_pton(AF_INET6, text, &bytes) == 1 {
      let mappedPrefix: [UInt8] = Array(repeating: 0, count: 10) + [0xFF, 0xFF]
      self.bytes = bytes.starts(with: mappedPrefix) ? Array(bytes.dropFirst(12)) : bytes
    } else {
      return nil
    }
  }

  package init?(_ address: SocketAddress?) {
    guard let text = address?.ipAddress else { return nil }
    self.init(text)
  }

  package var isLoopback: Bool {
    bytes.count == 4 ? bytes[0] == 127 : bytes == Array(repeating: 0, count: 15) + [1]
  }

  /// What one client has for itself: an IPv4 address, a /64 of IPv6.
  var network: ClientAddress {
    ClientAddress(bytes: bytes.count == 4 ? bytes : Array(bytes.prefix(8)))
  }

  private init(bytes: [UInt8]) {
    self.bytes = bytes
  }

  package var description: String {
    bytes.count == 4
      ? bytes.map(String.init).joined(separator: ".")
      : stride(from: 0, to: bytes.count - 1, by: 2)
        .map { String(Int(bytes[$0]) << 8 | Int(bytes[$0 + 1]), radix: 16) }
        .joined(separator: ":")
  }
}

/// An address block in CIDR notation (RFC 4632, section 3.1), or a single address.
package struct AddressBlock: Hashable, Sendable {
  private let address: ClientAddress
  private let bits: Int

  package init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard let first = parts.first, let address = ClientAddress(String(first)), parts.count <= 2
    else { return nil }
    let size = address.bytes.count * 8
    guard let bits = parts.count == 2 ? UInt8(parts[1]).map(Int.init) : size, bits <= size,
      parts.dropFirst().allSatisfy({ $0.utf8.allSatisfy { $0 >= 0x30 && $0 <= 0x39 } })
    else { return nil }
    self.address = address
    self.bits = bits
  }

  package func contains(_ other: ClientAddress) -> Bool {
    guard other.bytes.count == address.bytes.count else { return false }
    return zip(address.bytes, other.bytes).enumerated().allSatisfy { index, pair in
      let shift = max(0, 8 - max(0, bits - index * 8))
      return shift >= 8 || pair.0 >> shift == pair.1 >> shift
    }
  }
}
