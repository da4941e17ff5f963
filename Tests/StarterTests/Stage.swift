import ServiceSupport

/// A project's server, or several nodes of it, nginx before them, and a network between nginx and the
/// clients.
struct Stage: Sendable {
  let project: GeneratedProject
  let network: TCPProxy
  let proxy: ReverseProxy
  private let ports: [Int]
  private let environment: [String: String]
  private let folder: TemporaryFolder

  init(
    _ project: GeneratedProject, nodes: Int = 1, environment: [String: String] = [:]
  ) async throws {
    self.project = project
    self.environment = environment
    var ports: [Int] = []
    while ports.count < nodes { ports.append(try await ServiceProcess.lastingPort()) }
    self.ports = ports
    folder = try TemporaryFolder()
    let proxyPort = try await ServiceProcess.freePort()
    proxy = try ReverseProxy(project, port: proxyPort, servers: ports)
    network = try await TCPProxy.start(to: proxyPort)
  }

  /// How clients reach it.
  var url: String { "http://127.0.0.1:\(network.port)" }
  /// What the nodes call themselves.
  var nodes: [String] { ports.map { "127.0.0.1:\($0)" } }

  /// The environment is that of `compose.yaml`; a server that starts again goes on with its files.
  func startServer(_ node: Int = 0) async throws -> ServiceProcess {
    let own = ["PUBLIC_URL": url, "TRUSTED_PROXIES": "127.0.0.1"]
    return try await project.start(
      port: ports[node], environment: own.merging(environment) { $1 }, in: folder)
  }

  /// Waits until each node says so itself.
  func isReady() async throws {
    for port in ports {
      try await withDeadline(.usualDeadline) {
        while try await HTTPRequester.request("GET", "/health/ready", port: port).status != 200 {
          try await Task.sleep(for: .milliseconds(50))
        }
      } late: {
        "the node at \(port) is not ready"
      }
    }
  }

  /// Straight to a node, one after the other. As publishers do, what is refused for now is repeated.
  func publish(_ texts: [String], on topic: String, at node: Int = 0) async throws {
    for text in texts {
      let status = try await withDeadline(.usualDeadline) {
        while true {
          let status = try await publish(text, on: topic, at: node)
          if status != 503 { return status }
          try await Task.sleep(for: .milliseconds(50))
        }
      } late: {
        "\(text) is refused"
      }
      guard status == 201 else { throw ServiceFailure("\(text): \(status)") }
    }
  }

  /// - Returns: the status of the answer.
  func publish(_ text: String, on topic: String, at node: Int = 0) async throws -> Int {
    let key = text.replacing(" ", with: "-")
    return try await HTTPRequester.publish(topic, text, key: key, port: ports[node]).status
  }
}
