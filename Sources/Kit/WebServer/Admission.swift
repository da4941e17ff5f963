import NIOCore
import NIOHTTP1

/// What is checked of every request before anything else looks at it.
package struct Admission: Sendable {
  /// Why a request is not served.
  package struct Rejection: Error, Equatable {
    package var status: HTTPResponseStatus
    package var message: String
    private let headers: HTTPHeaders

    package init(status: HTTPResponseStatus, message: String, headers: HTTPHeaders = [:]) {
      self.status = status
      self.message = message
      self.headers = headers
    }

    package static func badRequest(_ message: String) -> Rejection {
      Rejection(status: .badRequest, message: message)
    }

    package static func unavailable(_ message: String) -> Rejection {
      Rejection(status: .serviceUnavailable, message: message)
    }

    package static let unreadable = unavailable("The topic cannot be read now.")

    /// The whole answer to a request that is not served.
    package func response(from node: String, closes: Bool = false) -> ByteBuffer {
      var head = HTTPHeaders([
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Content-Length", "\(message.utf8.count + 1)"), ("Served-By", node),
        ("X-Content-Type-Options", "nosniff"),
      ])
      if closes { head.add(name: "Connection", value: "close") }
      head.add(contentsOf: allHeaders)
      let fields = head.map { "\($0.name): \($0.value)\r\n" }.joined()
      return ByteBuffer(
        string: "HTTP/1.1 \(status.code) \(status.reasonPhrase)\r\n\(fields)\r\n\(message)\n")
    }

    /// What is worth another try says when, which is not the same for all.
    var allHeaders: HTTPHeaders {
      guard status == .serviceUnavailable || status == .tooManyRequests else { return headers }
      var headers = headers
      headers.replaceOrAdd(name: "Retry-After", value: "\(Int.random(in: 1...5))")
      return headers
    }
  }

  private let trustedProxies: [AddressBlock]
  private let publicOrigin: Origin?
  private let isLoopback: Bool

  package init(_ variables: ServerVariables) {
    trustedProxies = variables.trustedProxies
    publicOrigin = variables.publicOrigin
    isLoopback = variables.isLoopback
  }

  func isTrusted(_ peer: ClientAddress?) -> Bool {
    peer.map { peer in trustedProxies.contains { $0.contains(peer) } } ?? false
  }

  /// - Returns: the address of the client, which proxies that are trusted may tell.
  package func admit(
    _ head: HTTPRequestHead, from peer: ClientAddress?
  ) throws(Rejection) -> ClientAddress? {
    guard head.uri.utf8.first == UInt8(ascii: "/"), head.uri.utf8.count <= 8192 else {
      throw Rejection(status: .badRequest, message: "The request target must be a path.")
    }
    guard head.method != .CONNECT else {
      throw Rejection(status: .notImplemented, message: "This is no proxy.")
    }
    // RFC 9112, section 6.1: what is not understood cannot be told where it ends.
    let codings = head.headers["Transfer-Encoding"]
    guard codings.isEmpty || codings.count == 1 && codings[0].isToken("chunked") else {
      throw Rejection(status: .notImplemented, message: "Transfer-Encoding must be chunked.")
    }
    let isTrusted = isTrusted(peer)
    let authority = try host(head, isTrusted: isTrusted)
    try checkOrigin(head, authority, isTrusted: isTrusted)
    return client(head, peer)
  }

  private func host(
    _ head: HTTPRequestHead, isTrusted: Bool
  ) throws(Rejection) -> Authority {
    let hosts = head.headers["Host"]
    guard hosts.count == 1, let authority = Authority(hosts[0]) else {
      throw Rejection(status: .badRequest, message: "One Host header is needed.")
    }
    // A page of another name that leads here would count as our own (DNS rebinding).
    let isKnown = authority.isLoopback || authority.host == publicOrigin?.host
    let isOpen = !isLoopback && (isTrusted || publicOrigin == nil || authority.isAddress)
    guard isKnown || isOpen else {
      throw Rejection(
        status: .forbidden, message: "This server is not known as this host. See PUBLIC_URL.")
    }
    return authority
  }

  private func checkOrigin(
    _ head: HTTPRequestHead, _ authority: Authority, isTrusted: Bool
  ) throws(Rejection) {
    let origins = head.headers["Origin"]
    guard !origins.isEmpty else { return }
    let forwarded = isTrusted ? head.headers.first(name: "X-Forwarded-Proto")?.lowercased() : nil
    let own = Origin(scheme: forwarded == "https" ? "https" : "http", authority: authority)
    guard origins.count == 1, let origin = Origin(origins[0]),
      origin == own || origin == publicOrigin
    else {
      throw Rejection(
        status: .forbidden,
        message: "Pages of another origin may not use this server. Behind a proxy, set PUBLIC_URL.")
    }
  }

  /// The last address of `X-Forwarded-For` that no trusted proxy has, read from the end.
  private func client(_ head: HTTPRequestHead, _ peer: ClientAddress?) -> ClientAddress? {
    guard isTrusted(peer) else { return peer }
    var client = peer
    for text in head.headers[canonicalForm: "X-Forwarded-For"].reversed() {
      guard let address = ClientAddress(String(text)) else { return client }
      client = address
      if !isTrusted(address) { return client }
    }
    return client
  }
}

extension StringProtocol {
  /// Compares with a token in lower case, as HTTP does: letters of ASCII alone have two cases.
  package func isToken(_ letters: String) -> Bool {
    utf8.count == letters.utf8.count && zip(utf8, letters.utf8).allSatisfy { $0 | 0x20 == $1 }
  }
}

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
    if host.hasPrefix("[") {
      guard host.hasSuffix("]"), host.contains(":"),
        ClientAddress(String(host.dropFirst().dropLast())) != nil
      else { return nil }
    } else {
      guard (1...255).contains(host.utf8.count), host.utf8.allSatisfy(Self.isPartOfName) else {
        return nil
      }
    }
    self.host = host.lowercased()
    self.port = port
  }

  private static func isPartOfName(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "-"), UInt8(ascii: "."),
      UInt8(ascii: "_"):
      true
    default: false
    }
  }

  var isAddress: Bool { host.hasPrefix("[") || ClientAddress(host) != nil }

  /// Names of this very machine.
  var isLoopback: Bool {
    host == "localhost" || host == "[::1]" || ClientAddress(host)?.isLoopback == true
  }
}
