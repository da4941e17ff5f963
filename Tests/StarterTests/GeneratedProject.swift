import Foundation
import ServiceSupport
import TestSupport

/// A project that the executable generated, in a folder that all tests share: at one path with one
/// scratch path the packages are built once.
struct GeneratedProject {
  struct Failed: Error, CustomStringConvertible {
    var description: String
  }

  let folder: URL
  let scratch: URL

  /// Outside of the checkout, so that its own packages are not taken for ours.
  private static let shared = FileManager.default.temporaryDirectory
    .appending(path: "tidings-starters-\(ProcessInfo.processInfo.userName)")

  init(_ spec: String, _ options: [String] = []) async throws {
    folder = Self.shared.appending(path: "project")
    scratch = Self.shared.appending(path: "build")
    let requirements = Self.shared.appending(path: "spec.yaml")
    try FileManager.default.createDirectory(at: Self.shared, withIntermediateDirectories: true)
    try Data(spec.utf8).write(to: requirements)
    try? FileManager.default.removeItem(at: folder)
    guard
      let tidings = Bundle.main.executableURL?.deletingLastPathComponent()
        .appending(path: "tidings")
    else { throw Failed(description: "the executable is not beside the tests") }
    try await Self.run(tidings, ["new", requirements.path, folder.path] + options, in: Self.shared)
  }

  /// - Returns: all that the command printed.
  @discardableResult
  func swift(_ arguments: String...) async throws -> String {
    var arguments = arguments
    if arguments.first != "format" { arguments += ["--scratch-path", scratch.path] }
    guard let swift = Executable.find("swift") else { throw Failed(description: "no swift") }
    return try await Self.run(swift, arguments, in: folder)
  }

  var app: URL { scratch.appending(path: "debug/App") }

  /// Starts the server, and waits until it listens.
  func start(
    port: Int, environment: [String: String] = [:], in home: TemporaryFolder
  ) async throws -> ServiceProcess {
    let page = home.url.appending(path: "Public")
    if !FileManager.default.fileExists(atPath: page.path) {
      try FileManager.default.copyItem(at: folder.appending(path: "Public"), to: page)
    }
    let environment = environment.merging(["PORT": "\(port)"]) { $1 }
    let process = try ServiceProcess(app, environment: environment, folder: home)
    try await process.waitForLine(containing: "Open http://")
    return process
  }

  /// Starts what `script/cluster` starts, on this port and those after it.
  func startCluster(port: Int) throws -> ServiceProcess {
    let environment = [
      "PORT": "\(port)", "SWIFTPM_BUILD_DIR": scratch.path, "HOME": NSHomeDirectory(),
    ]
    return try ServiceProcess(
      folder.appending(path: "script/cluster"), environment: environment)
  }

  @discardableResult
  private static func run(
    _ executable: URL, _ arguments: [String], in folder: URL
  ) async throws -> String {
    let process = Process()
    process.executableURL = executable
    process.arguments = arguments
    process.currentDirectoryURL = folder
    // A build of our own must not think that it is CI, or has all engines.
    process.environment = ProcessInfo.processInfo.environment
      .filter { !["CI", "ENGINES"].contains($0.key) }
    let output = Pipe()
    process.standardOutput = output
    process.standardError = output
    process.standardInput = FileHandle.nullDevice
    try process.run()
    let text = await Task.detached {
      String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    }.value
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw Failed(description: "\(arguments.joined(separator: " ")):\n\(text.suffix(4000))")
    }
    return text
  }
}
