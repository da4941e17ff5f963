/// Why Redis cannot be used, in words that go into the log.
enum RedisProblem: Error, Equatable, CustomStringConvertible {
  case unreachable
  /// It, or the network before it, does not answer in time.
  case silent
  case credentials
  case loading
  case version(String)
  case mode(String)
  case replica
  case evicts(policy: String)
  case memory
  case disk
  case permission
  case replicas
  case database
  case clients
  case protected
  /// The first word of another error. The rest may hold what clients sent.
  case error(String)

  var description: String {
    switch self {
    case .unreachable: "cannot be reached"
    case .silent: "does not answer"
    case .credentials: "refuses the user or the password in REDIS_URL"
    case .loading: "still loads what it has on its disk"
    case .version(let version):
      "has version \(version), and 6.2 is the first that has what is needed"
    case .mode(let mode): "runs as \(mode), which is not supported: one server is expected"
    case .replica: "is a replica, which takes no updates: REDIS_URL has to name the primary"
    case .evicts(let policy):
      "drops keys when its memory is full (maxmemory-policy \(policy)): it has to be noeviction"
    case .memory: "has no memory left (maxmemory)"
    case .disk: "cannot write to its disk (MISCONF)"
    case .permission: "does not permit its user what is needed (NOPERM)"
    case .replicas: "has too few replicas that keep up (min-replicas-to-write)"
    case .database: "has no database of the number in REDIS_URL"
    case .clients: "has too many clients (maxclients)"
    case .protected: "is in protected mode, and this is another machine"
    case .error(let code): "answers with the error \(code)"
    }
  }

  /// Whether it takes no updates, but can be read.
  var isOfWriting: Bool {
    switch self {
    case .memory, .disk, .replicas: true
    default: false
    }
  }

  /// - Parameter text: of an error reply.
  init(_ text: String) {
    let code = text.prefix { $0.isASCII && ($0.isLetter || $0.isNumber) }.prefix(20)
    switch code {
    case "NOAUTH", "WRONGPASS": self = .credentials
    case "ERR" where Self.refusals.contains(where: text.hasPrefix): self = .credentials
    case "LOADING": self = .loading
    case "READONLY": self = .replica
    case "OOM": self = .memory
    case "MISCONF": self = .disk
    case "NOPERM": self = .permission
    case "NOREPLICAS": self = .replicas
    case "DENIED": self = .protected
    case "ERR" where text.hasPrefix("ERR max number of clients"): self = .clients
    case "ERR" where text.hasPrefix("ERR DB index"): self = .database
    default: self = Self.inScript(text) ?? .error(String(code))
    }
  }

  private static let refusals = [
    "ERR AUTH ", "ERR invalid password", "ERR Client sent AUTH", "ERR invalid username",
  ]

  /// Some versions tell the error of a command within the error of its script.
  private static func inScript(_ text: String) -> RedisProblem? {
    if text.hasPrefix("ERR ACL failure in script") { return .permission }
    if text.hasPrefix("ERR The user executing the script can't") { return .permission }
    guard text.hasPrefix("ERR Error running script") else { return nil }
    let known: [(String, RedisProblem)] = [
      ("-READONLY", .replica), ("-OOM", .memory), ("-MISCONF", .disk), ("-NOPERM", .permission),
      ("-NOREPLICAS", .replicas),
      ("The user executing the script can't", .permission),
    ]
    return known.first { text.contains($0.0) }?.1
  }
}
