import Testing

/// A project to generate, and what is expected of it.
struct StarterCase: Sendable, CustomTestStringConvertible {
  /// A network that does not carry the transport, and what its clients use instead.
  struct Detour: Sendable {
    var proxy: ReverseProxy.Manners
    var transport: String
  }

  var transport: String
  var engine: String
  /// A value of `clients.network`, which decides the fallbacks.
  var network = "corporate-proxy"

  /// Those on SQLite come last: its package is built once more when it comes and goes.
  static let all = ["in-process", "sqlite"].flatMap { engine in
    ["polling", "long-polling", "sse", "websocket"].map {
      StarterCase(transport: $0, engine: engine)
    }
  }

  /// Those whose nodes share a service.
  static let onRedis = ["sse", "websocket"].map { StarterCase(transport: $0, engine: "redis") }

  /// Each ladder that an advice can give, and several nodes.
  static let ladders =
    [
      ("polling", "open"), ("long-polling", "open"), ("sse", "open"), ("sse", "mobile"),
      ("websocket", "open"), ("websocket", "mobile"), ("websocket", "corporate-proxy"),
    ].map { StarterCase(transport: $0, engine: "in-process", network: $1) } + onRedis

  var testDescription: String { "\(transport) on \(engine), \(network)" }
  var keepsAcrossRestarts: Bool { engine == "sqlite" }
  var options: [String] { ["--transport", transport, "--engine", engine] }

  var detours: [Detour] {
    switch transport {
    case "sse": [Detour(proxy: .buffers, transport: "long-polling")]
    case "websocket":
      [
        Detour(proxy: .refusesUpgrades, transport: "sse"),
        Detour(proxy: [.refusesUpgrades, .buffers], transport: "long-polling"),
      ]
    default: []
    }
  }

  /// Everything that could end a literal, a comment, an element or a template.
  static let summary = #"Quotes " and \ \(name) """ */ {{name}} <b>&amp;</b> 'and' end"#

  var spec: String {
    let quoted = Self.summary.replacing("\\", with: #"\\"#).replacing("\"", with: #"\""#)
    return """
      tidings: 1
      name: \(transport)-\(engine)
      summary: "\(quoted)"
      clients: { connected: 100, network: [\(network)] }
      updates: { freshness: \(transport == "polling" ? "2s" : "1s"), rate: 20/s, audience: topic }

      """
  }
}
