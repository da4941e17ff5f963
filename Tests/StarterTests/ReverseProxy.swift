import Foundation
import ServiceSupport

/// nginx, with the `nginx.conf` of a project.
struct ReverseProxy {
  /// What other proxies do that a project's own does not.
  struct Manners: OptionSet, Sendable {
    let rawValue: Int

    /// Holds a response back until it is complete, whatever the server asks for.
    static let buffers = Manners(rawValue: 1)
    static let refusesUpgrades = Manners(rawValue: 2)
  }

  private let project: GeneratedProject
  private let port: Int
  private let servers: [Int]
  private let folder: TemporaryFolder

  /// - Parameter servers: their ports.
  init(_ project: GeneratedProject, port: Int, servers: [Int]) throws {
    self.project = project
    self.port = port
    self.servers = servers
    folder = try TemporaryFolder()
  }

  func start() async throws -> ServiceProcess {
    try configure([])
    let nginx = try process(["-g", "error_log stderr notice;"])
    try await nginx.waitForLine(containing: "start worker process ")
    return nginx
  }

  /// - Returns: all that nginx finds in the file.
  func check() async throws -> String {
    try configure([])
    return try await process(["-t"]).allLines().map(\.text).joined(separator: "\n")
  }

  /// From now on new connections meet other manners; those that are open stay as they are.
  func change(_ nginx: ServiceProcess, to manners: Manners) async throws {
    try configure(manners)
    let lines = nginx.lines
    let workers = lines.compactMap { line in
      line.text.firstRange(of: "start worker process ").map { line.text[$0.upperBound...] }
    }
    let gone = lines.filter { $0.text.contains(Self.farewell) }.count
    nginx.send(.hangUp)
    for worker in workers.dropFirst(gone) {
      try await nginx.waitForLine(containing: "[notice] \(worker)#\(worker): \(Self.farewell)")
    }
  }

  private static let farewell = "gracefully shutting down"

  private func process(_ arguments: [String]) throws -> ServiceProcess {
    let path = folder.url.path
    return try ServiceProcess(
      Component.nginx.executable(), ["-e", "stderr", "-p", path, "-c", "nginx.conf"] + arguments,
      folder: folder)
  }

  /// Writes the file of the project, with other addresses and, if need be, without its good manners.
  private func configure(_ manners: Manners) throws {
    var text = try String(
      contentsOf: project.folder.appending(path: "nginx.conf"), encoding: .utf8)
    func replace(_ line: String, with other: String) throws {
      guard text.contains(line) else { throw ServiceFailure("nginx.conf has no \(line)") }
      text = text.replacing(line, with: other)
    }
    guard let app = text.firstMatch(of: /server app:8080([^;]*);/) else {
      throw ServiceFailure("nginx.conf has no server")
    }
    let nodes = servers.map { "server 127.0.0.1:\($0)\(app.1);" }
    text.replaceSubrange(app.range, with: nodes.joined(separator: "\n"))
    try replace("listen 8080", with: "listen 127.0.0.1:\(port)")
    if manners.contains(.buffers) {
      // As nginx does by itself. A response in chunks it would pass on all the same.
      try replace(
        "proxy_buffering off;",
        with: """
          proxy_http_version 1.0;
          proxy_ignore_headers X-Accel-Buffering;
          proxy_buffer_size 64k;
          proxy_buffers 8 64k;
          proxy_busy_buffers_size 128k;
          """)
    }
    if manners.contains(.refusesUpgrades) {
      // As a proxy does that knows nothing of them.
      try replace("proxy_set_header Upgrade $http_upgrade;", with: "")
      try replace("proxy_set_header Connection upgrade;", with: "")
    }
    try Data(text.utf8).write(to: folder.url.appending(path: "nginx.conf"))
  }
}
