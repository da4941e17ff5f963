import ServiceSupport

/// A project's server, nginx before it, and a network between nginx and the clients.
struct Stage: Sendable {
  let project: GeneratedProject
  let network: TCPProxy
  let proxy: ReverseProxy
  private let port: Int
  private let folder: TemporaryFolder

  init(_ project: GeneratedProject) async throws {
    self.project = project
    port = try await ServiceProcess.freePort()
    folder = try TemporaryFolder()
    let proxyPort = try await ServiceProcess.freePort()
    proxy = try ReverseProxy(project, port: proxyPort, server: port)
    network = try await TCPProxy.start(to: proxyPort)
  }

  /// How clients reach it.
  var url: String { "http://127.0.0.1:\(network.port)" }
  /// What the server calls itself.
  var node: String { "127.0.0.1:\(port)" }

  /// The environment is that of `compose.yaml`; a server that starts again goes on with its files.
  func startServer() async throws -> ServiceProcess {
    try await project.start(
      port: port, environment: ["PUBLIC_URL": url, "TRUSTED_PROXIES": "127.0.0.1"], in: folder)
  }

  /// Straight to the server, one after the other.
  func publish(_ texts: [String], on topic: String) async throws {
    for text in texts {
      let answer = try await HTTPRequester.publish(topic, text, port: port)
      guard answer.status == 201 else { throw ServiceFailure("\(text): \(answer.status)") }
    }
  }
}
