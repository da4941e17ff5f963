import Updates

/// Where a Redis server is, and as whom and in which database to use it.
package struct RedisAddress: Sendable, Equatable {
  package var host: String
  package var port: Int
  package var user: String?
  package var password: String?
  package var database: Int

  /// - Throws: where `url` is not of the form `redis://[user[:password]@]host[:port][/database]`, or names
  ///   what cannot be had. What it says never holds a part of the URL, which may have a password.
  package init(_ url: String) throws(Problem) {
    guard let colon = url.firstRange(of: "://") else { throw .form }
    let scheme = url[..<colon.lowerBound].lowercased()
    if let problem = Problem(scheme: scheme) { throw problem }
    var rest = url[colon.upperBound...]
    guard !rest.contains(where: { $0 == "?" || $0 == "#" }) else { throw .form }

    (user, password) = (nil, nil)
    if let at = rest.lastIndex(of: "@") {
      let parts = rest[..<at].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
      let texts = parts.map { $0.percentDecoded }
      guard !texts.contains(nil) else { throw .form }
      user = texts.first?.flatMap { $0.isEmpty ? nil : $0 }
      password = texts.dropFirst().first?.flatMap { $0.isEmpty ? nil : $0 }
      rest = rest[rest.index(after: at)...]
      guard user == nil || password != nil else { throw .form }
    }

    let parts = rest.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    let path = parts.dropFirst().first ?? ""
    guard let number = path.isEmpty ? 0 : path.number else { throw .form }
    database = Int(number)
    guard let authority = parts.first, !authority.contains(",") else { throw .cluster }
    (host, port) = try Self.hostAndPort(authority)
  }

  private static func hostAndPort(_ authority: Substring) throws(Problem) -> (String, Int) {
    var host = authority
    var port = 6379
    if let colon = authority.lastIndex(of: ":"), !authority.hasSuffix("]") {
      guard let number = authority[authority.index(after: colon)...].number, number > 0 else {
        throw .form
      }
      port = Int(number)
      host = authority[..<colon]
    }
    if host.hasPrefix("["), host.hasSuffix("]") {
      host = host.dropFirst().dropLast()
    } else if host.contains(":") {
      throw .form
    }
    guard !host.isEmpty, !host.contains(where: { $0 == "[" || $0 == "]" }),
      host.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
    else { throw .form }
    return (String(host), port)
  }

  /// Why a URL cannot be used.
  package enum Problem: String, Error {
    case form = "redis://[user:password@]host[:port][/database] is expected"
    case tls =
      "TLS is not supported, as hiredis of Debian has none: put stunnel or a proxy like it beside this node"
    case sentinel =
      "Sentinel is not supported: name the primary itself, or a proxy that follows it"
    case cluster = "Redis Cluster is not supported: one server is expected"
    case socket = "a Unix socket is not supported: a host and a port are expected"

    fileprivate init?(scheme: String) {
      switch scheme {
      case "redis", "valkey": return nil
      case "rediss", "valkeys", "redis+tls", "redis+ssl": self = .tls
      case let scheme where scheme.contains("sentinel"): self = .sentinel
      case let scheme where scheme.contains("cluster"): self = .cluster
      case let scheme where scheme.contains("unix") || scheme.contains("socket"): self = .socket
      default: self = .form
      }
    }
  }
}

extension RedisAddress {
  /// What `REDIS_URL` names; without it the server of this machine.
  package init(_ environment: EnvironmentVariables) throws(InvalidVariable) {
    do throws(Problem) {
      try self.init(environment.text("REDIS_URL") ?? "redis://127.0.0.1:6379")
    } catch {
      throw InvalidVariable(name: "REDIS_URL", problem: error.rawValue)
    }
  }
}

extension Substring {
  fileprivate var number: UInt16? {
    utf8.allSatisfy { (0x30...0x39).contains($0) } ? UInt16(self) : nil
  }

  /// Percent-decoding as of RFC 3986, section 2.1; nil if what stands here is no text so encoded.
  fileprivate var percentDecoded: String? {
    var bytes: [UInt8] = []
    var rest = utf8[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        bytes.append(byte)
        continue
      }
      guard let high = rest.popFirst()?.hexValue, let low = rest.popFirst()?.hexValue else {
        return nil
      }
      bytes.append(high << 4 | low)
    }
    return String(validating: bytes, as: UTF8.self)
  }
}

extension UInt8 {
  fileprivate var hexValue: UInt8? {
    Character(Unicode.Scalar(self)).hexDigitValue.map(UInt8.init)
  }
}
