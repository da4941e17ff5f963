import Starters
import Testing
import TestSupport
import YAML

/// `compose.yaml` and `nginx.conf`, which belong together.
@Suite struct ProxyTests {
  private static func plan(
    _ transport: String, _ network: String, _ engine: String
  ) throws -> Plan {
    let spec = """
      tidings: 1
      name: small
      clients: { connected: 2000, network: [\(network)] }
      updates: { freshness: 1s, size: 100KB, audience: topic }

      """
    return try Starting.plan(spec, .init(transport: transport, engine: engine))
  }

  /// A line of each transport, in the order of the ladder.
  private static let lines = [
    ("websocket", "proxy_set_header Upgrade $http_upgrade;"), ("sse", "proxy_buffering off;"),
    ("long-polling", "proxy_read_timeout 60s;"),
  ]

  @Test(arguments: [
    ("polling", "open", []), ("long-polling", "open", ["long-polling"]), ("sse", "open", ["sse"]),
    ("sse", "mobile", ["sse", "long-polling"]), ("websocket", "open", ["websocket"]),
    ("websocket", "corporate-proxy", ["websocket", "sse", "long-polling"]),
  ])
  func nginxHasWhatTheLadderNeedsAndNoMore(
    _ transport: String, _ network: String, _ ladder: [String]
  ) throws {
    let text = try Self.plan(transport, network, "in-process").text("nginx.conf")
    let found = Self.lines.filter { text.contains($0.1) }.map(\.0)
    #expect(found == ladder)
    #expect(text.matches(of: /location ~/).count == ladder.count)
    #expect(!text.contains("\n\n\n"))
    #expect(text.contains("client_max_body_size 100000;"))
    // 2500 clients, each of them twice.
    #expect(text.contains("events { worker_connections 5100; }"))
  }

  /// What the tests of whole projects replace.
  @Test func nginxNamesEachAddressOnALineOfItsOwn() throws {
    let text = try Self.plan("sse", "open", "in-process").text("nginx.conf")
    #expect(text.matches(of: /server app:8080;/).count == 1)
    #expect(text.matches(of: /8080/).count == 3)
    #expect(text.matches(of: /listen 8080[ ;]/).count == 2)
  }

  /// With `max_fails` at its default, nodes that failed together would leave nobody to ask.
  @Test func nginxGoesOnToTheNextOfSeveralNodes() throws {
    let text = try Self.plan("websocket", "corporate-proxy", "redis").text("nginx.conf")
    #expect(text.matches(of: /server app:8080 max_fails=0;/).count == 1)
    #expect(text.contains("proxy_next_upstream error timeout http_503;"))
    // What publishes and was sent is not sent again.
    #expect(!text.contains("non_idempotent"))
    #expect(text.matches(of: /listen 8080[ ;]/).count == 2)
    let single = try Self.plan("websocket", "corporate-proxy", "in-process").text("nginx.conf")
    #expect(!single.contains("proxy_next_upstream"))
  }

  @Test func severalNodesStandBeforeOneService() throws {
    let plan = try Self.plan("websocket", "corporate-proxy", "redis")
    let root = try Document(Array(plan.text("compose.yaml").utf8), file: "compose.yaml").root
    let services = try #require(root["services"])
    #expect(services.mapping?.map(\.key) == ["app", "redis", "nginx"])
    let app = try #require(services["app"])
    #expect(app["deploy"]?["replicas"]?.scalar == "3")
    // It leaves before what it needs.
    #expect(app["depends_on"]?.sequence?.compactMap(\.scalar) == ["redis"])
    #expect(app["environment"]?["REDIS_URL"]?.scalar == "${REDIS_URL:-redis://redis:6379}")
    let redis = try #require(services["redis"])
    let isPublished = redis["ports"] != nil || app["ports"] != nil
    #expect(!isPublished)
    #expect(
      redis["volumes"]?.sequence?.compactMap(\.scalar)
        == ["./redis.conf:/etc/redis.conf:ro", "redis:/data"])
    #expect(root["volumes"]?.mapping?.map(\.key) == ["redis"])
  }

  @Test(arguments: ["in-process", "sqlite"])
  func onlyNginxIsReachedFromOutside(_ engine: String) throws {
    let plan = try Self.plan("websocket", "corporate-proxy", engine)
    let root = try Document(Array(plan.text("compose.yaml").utf8), file: "compose.yaml").root
    let services = try #require(root["services"])
    #expect(services.mapping?.map(\.key) == ["app", "nginx"])
    let app = try #require(services["app"])
    let nginx = try #require(services["nginx"])
    let isPublished = app["ports"] != nil
    #expect(!isPublished)
    #expect(nginx["ports"]?.sequence?.compactMap(\.scalar) == ["127.0.0.1:8080:8080"])
    #expect(
      nginx["volumes"]?.sequence?.compactMap(\.scalar)
        == ["./nginx.conf:/etc/nginx/nginx.conf:ro"])
    let settings = try #require(app["environment"])
    #expect(
      settings["TRUSTED_PROXIES"]?.scalar == "${TRUSTED_PROXIES:-172.16.0.0/12,192.168.0.0/16}")
    #expect(settings["PUBLIC_URL"]?.scalar == "${PUBLIC_URL:-http://127.0.0.1:8080}")
    let volumes = root["volumes"]?.mapping?.map(\.key)
    #expect(volumes == (engine == "sqlite" ? ["data"] : nil))
    #expect(app["volumes"]?.sequence?.count == (engine == "sqlite" ? 1 : nil))
  }
}
