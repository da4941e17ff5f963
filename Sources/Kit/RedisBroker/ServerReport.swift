/// What `INFO` says of a server.
struct ServerReport {
  private let fields: [Substring: Substring]

  init(_ text: String) {
    let lines = text.split(whereSeparator: \.isNewline)
    fields = Dictionary(
      lines.compactMap { line in
        line.firstIndex(of: ":").map { (line[..<$0], line[line.index(after: $0)...]) }
      }, uniquingKeysWith: { $1 })
  }

  /// Why updates should not be trusted to this server.
  var problem: RedisProblem? {
    if let mode = fields["redis_mode"] ?? fields["server_mode"], mode != "standalone" {
      return .mode(
        mode == "cluster" ? "Redis Cluster" : mode == "sentinel" ? "Sentinel" : "\(mode)")
    }
    if let version = fields["redis_version"] {
      let numbers = version.split(separator: ".").compactMap { Int($0) }
      if numbers.lexicographicallyPrecedes([6, 2]) { return .version(String(version)) }
    }
    if fields["role"] == "slave" { return .replica }
    let policy = fields["maxmemory_policy"] ?? "noeviction"
    if fields["maxmemory"] ?? "0" != "0", policy != "noeviction" {
      return .evicts(policy: String(policy))
    }
    return nil
  }

  /// Whether what it holds is on its disk, too, as it comes.
  var isDurable: Bool { fields["aof_enabled"] != "0" }
}
