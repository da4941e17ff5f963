import NIOCore
import Updates

/// What the environment says of the server.
package struct ServerVariables: Sendable {
  package var host: String
  package var port: Int
  package var eventLoops: Int
  /// Where clients reach this server, if a proxy stands in between: scheme, host and port.
  package var publicOrigin: Origin?
  package var trustedProxies: [AddressBlock]
  package var publishToken: String?
  package var maximumConnections: Int
  package var maximumConnectionsPerAddress: Int
  package var connectRate: Int
  package var publishRate: Int
  package var maximumBody: Int
  package var drainSeconds: Int
  package var exposesMetrics: Bool

  /// - Parameters: what holds where the environment does not say otherwise.
  /// - Throws: `InvalidVariable`
  package init(
    _ environment: EnvironmentVariables, maximumConnections: Int, maximumBody: Int = 65_536
  ) throws(InvalidVariable) {
    host = environment.text("HOST") ?? "127.0.0.1"
    port = try environment.number("PORT", default: 8080, in: 0...65_535)
    eventLoops = try environment.number(
      "EVENT_LOOPS", default: System.coreCount, in: 1...256)
    publicOrigin = try environment.text("PUBLIC_URL").map { text throws(InvalidVariable) in
      guard let origin = Origin(text.hasSuffix("/") ? String(text.dropLast()) : text) else {
        throw InvalidVariable(
          name: "PUBLIC_URL", problem: "a URL without a path is expected: https://live.example.com")
      }
      return origin
    }
    trustedProxies = try Self.blocks(environment)
    publishToken = try environment.secret("PUBLISH_TOKEN")
    self.maximumConnections = try environment.number(
      "MAX_CONNECTIONS", default: maximumConnections, in: 1...10_000_000)
    maximumConnectionsPerAddress = try environment.number(
      "MAX_CONNECTIONS_PER_ADDRESS", default: 256, in: 1...10_000_000)
    connectRate = try environment.number("CONNECT_RATE", default: 1000, in: 1...1_000_000)
    publishRate = try environment.number("PUBLISH_RATE", default: 100, in: 1...1_000_000)
    self.maximumBody = try environment.number(
      "MAX_BODY", default: maximumBody, in: 1...10_000_000)
    drainSeconds = try environment.number("DRAIN_SECONDS", default: 20, in: 1...3600)
    exposesMetrics = try environment.flag("EXPOSE_METRICS")
    try refuseToBeOpen(environment)
  }

  private static func blocks(
    _ environment: EnvironmentVariables
  ) throws(InvalidVariable) -> [AddressBlock] {
    var blocks: [AddressBlock] = []
    for text in (environment.text("TRUSTED_PROXIES") ?? "").split(separator: ",") {
      guard let block = AddressBlock(String(text.filter { $0 != " " })) else {
        throw InvalidVariable(
          name: "TRUSTED_PROXIES",
          problem: "addresses or blocks with commas between are expected: 10.0.0.0/8,192.0.2.7")
      }
      blocks.append(block)
    }
    return blocks
  }

  /// Subscribing is open to everyone who reaches the server, so others than this machine must be let in
  /// on purpose.
  private func refuseToBeOpen(_ environment: EnvironmentVariables) throws(InvalidVariable) {
    if environment.text("SUBSCRIBE_SECRET") != nil {
      throw InvalidVariable(
        name: "SUBSCRIBE_SECRET",
        problem: "this server cannot check tokens of subscribers yet and will not pretend to")
    }
    let allowsAnonymous = try environment.flag("ALLOW_ANONYMOUS")
    guard !isLoopback, !allowsAnonymous else { return }
    throw InvalidVariable(
      name: "HOST",
      problem:
        "on an address that others reach, anybody may subscribe; ALLOW_ANONYMOUS=true allows it")
  }

  var portInUse: InvalidVariable {
    InvalidVariable(name: "PORT", problem: "\(host):\(port) is in use; set another")
  }

  package var isLoopback: Bool {
    host == "localhost" || ClientAddress(host)?.isLoopback == true
  }
}
