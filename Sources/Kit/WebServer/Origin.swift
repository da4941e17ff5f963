/// Scheme, host and port (RFC 6454, section 4), as they stand in the `Origin` header.
package struct Origin: Hashable, Sendable {
  package let scheme: String
  /// In lower case; an IPv6 address stands in brackets.
  package let host: String
  package let port: Int

  /// - Returns: nil unless `text` is `http://` or `https://` with a host, perhaps a port, and no more.
  package init?(_ text: String) {
    guard let scheme = ["http", "https"].first(where: { text.lowercased().hasPrefix($0 + "://") }),
      let authority = Authority(String(text.dropFirst(scheme.count + 3)))
    else { return nil }
    self.init(scheme: scheme, authority: authority)
  }

  init(scheme: String, authority: Authority) {
    self.scheme = scheme
    host = authority.host
    port = authority.port ?? (scheme == "https" ? 443 : 80)
  }
}

/// The value of a `Host` header (RFC 9110, section 7.2).
struct Authority: Hashable, Sendable {
  let host: String
  let port: Int?

  init?(_ text: String) {
    var host = text[...]
    var port: Int?
    if let colon = text.utf8.lastIndex(of: UInt8(ascii: ":")), !text.hasSuffix("]") {
      let digits = text[text.utf8.index(after: colon)...]
      guard let number = UInt16(digits), digits.utf8.allSatisfy({ (0x30...0x39).contains($0) })
      else { return nil }
      port = Int(number)
      host = text[..<colon]
    }
    let isAddress = host.hasPrefix("[") && host.hasSuffix("]")
    let allowed: (UInt8) -> Bool = { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
        UInt8(ascii: "_"):
        true
      case UInt8(ascii: ":"), UInt8(ascii: "["), UInt8(ascii: "]"): isAddress
      default: false
      }
    }
    guard !host.isEmpty, host.utf8.count <= 255, host.utf8.allSatisfy(allowed) else { return nil }
    self.host = host.lowercased()
    self.port = port
  }

  /// Names of this very machine. Another name that leads here is an attack (DNS rebinding).
  var isLoopback: Bool {
    host == "localhost" || host == "[::1]" || ClientAddress(host)?.isLoopback == true
  }
}
