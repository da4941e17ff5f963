import Foundation
import Synchronization

/// A program that runs beside a test, in a folder of its own, and ends with it.
package final class ServiceProcess: Sendable {
  package struct Line: Sendable, Equatable {
    package var text: String
    package var isError: Bool
  }

  private struct Progress: Sendable {
    var lines: [Line] = []
    var openPipes = 2
    var exitCode: Int32?

    var isOver: Bool { exitCode != nil && openPipes == 0 }
    var text: String {
      let left = lines.count > 200 ? "(\(lines.count - 200) lines before)\n" : ""
      let end = exitCode.map { "\n(exit \($0))" } ?? ""
      return left + lines.suffix(200).map(\.text).joined(separator: "\n") + end
    }
  }

  package let name: String
  package let folder: TemporaryFolder
  private let process: Process
  private let progress: Watched<Progress>

  /// - Parameters:
  ///   - environment: beside PATH, and HOME and TMPDIR, which are the folder.
  ///   - folder: the current directory; that of another process, to go on where it ended.
  package init(
    _ executable: URL, _ arguments: [String] = [], environment: [String: String] = [:],
    folder: TemporaryFolder? = nil
  ) throws {
    name = executable.lastPathComponent
    self.folder = try folder ?? TemporaryFolder()
    let path = self.folder.url.path
    let progress = Watched(Progress())
    let process = Process()
    process.executableURL = executable
    process.arguments = arguments
    process.currentDirectoryURL = self.folder.url
    process.environment = [
      "PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin", "HOME": path,
      "TMPDIR": path,
    ].merging(environment) { _, given in given }
    process.standardInput = FileHandle.nullDevice
    process.terminationHandler = { process in
      let status = process.terminationStatus
      let code = process.terminationReason == .exit ? status : -status
      progress.update { $0.exitCode = code }
    }
    let pipes = try ServiceProcess.start(process)
    self.process = process
    self.progress = progress
    Self.follow(pipes.output, isError: false, progress)
    Self.follow(pipes.error, isError: true, progress)
    Self.endChildren(of: process.processIdentifier)
  }

  deinit {
    if progress.value.exitCode == nil { Self.killAll(process.processIdentifier) }
  }

  // MARK: Its life

  package var processIdentifier: Int32 { process.processIdentifier }

  package func send(_ signal: Signal) {
    guard progress.value.exitCode == nil else { return }
    signalProcess(process.processIdentifier, signal)
  }

  /// Asks it to end, and waits until it has.
  @discardableResult
  package func terminate(within limit: Duration = .usualDeadline) async throws -> Int32 {
    send(.terminate)
    do {
      return try await exitCode(within: limit)
    } catch {
      Self.killAll(process.processIdentifier)
      throw error
    }
  }

  /// Ends it and all that it started in mid-flight, and waits until it is gone.
  @discardableResult
  package func kill() async throws -> Int32 {
    if progress.value.exitCode == nil { Self.killAll(process.processIdentifier) }
    return try await exitCode()
  }

  /// Waits until it ends; the number of the signal, negated, if one ended it.
  package func exitCode(within limit: Duration = .usualDeadline) async throws -> Int32 {
    try await progress.take(
      within: limit, else: { [name] in "\(name) still runs:\n\($0.text)" }
    ) { $0.exitCode }
  }

  /// Ends it when `body` returns or throws.
  package func use<Value>(
    isolation: isolated (any Actor)? = #isolation, _ body: (ServiceProcess) async throws -> Value
  ) async throws -> Value {
    do {
      let value = try await body(self)
      try await kill()
      return value
    } catch {
      _ = try? await kill()
      throw error
    }
  }

  // MARK: Its output

  /// What it has printed so far, in the order in which it came.
  package var lines: [Line] { progress.value.lines }

  /// All that it prints until its end.
  package func allLines(within limit: Duration = .usualDeadline) async throws -> [Line] {
    try await progress.take(
      within: limit, else: { [name] in "\(name) still runs:\n\($0.text)" }
    ) { $0.isOver ? $0.lines : nil }
  }

  /// - Parameter start: how many lines to leave out, `lines.count` for what comes from now on.
  @discardableResult
  package func waitForLine(
    containing text: String, from start: Int = 0, within limit: Duration = .usualDeadline
  ) async throws -> String {
    try await progress.take(
      within: limit, else: { [name] in "\(name) did not print “\(text)”:\n\($0.text)" }
    ) { [name] progress -> Result<String, ServiceFailure>? in
      let lines = progress.lines.dropFirst(start)
      if let line = lines.first(where: { $0.text.contains(text) }) { return .success(line.text) }
      guard progress.isOver else { return nil }
      return .failure(ServiceFailure("\(name) ended before “\(text)”:\n\(progress.text)"))
    }.get()
  }

  // MARK: Starting

  /// One process at a time: a pipe that is made while another one starts would be inherited by it,
  /// and not be at its end with its own process.
  private static let starting = Mutex(())

  private static func start(_ process: Process) throws -> (output: Int32, error: Int32) {
    try starting.withLock { _ in
      let output = try makePipe()
      let error = try makePipe()
      process.standardOutput = FileHandle(fileDescriptor: output.writing, closeOnDealloc: false)
      process.standardError = FileHandle(fileDescriptor: error.writing, closeOnDealloc: false)
      defer {
        closeDescriptor(output.writing)
        closeDescriptor(error.writing)
      }
      do {
        try withoutBlockedSignals { try process.run() }
      } catch let problem {
        closeDescriptor(output.reading)
        closeDescriptor(error.reading)
        throw problem
      }
      return (output.reading, error.reading)
    }
  }

  private static func follow(
    _ descriptor: Int32, isError: Bool, _ progress: Watched<Progress>
  ) {
    Thread.detachNewThread {
      var rest: [UInt8] = []
      while true {
        let bytes = readBytes(from: descriptor)
        if bytes.isEmpty { break }
        rest += bytes
        guard let end = rest.lastIndex(of: 0x0A) else { continue }
        let lines = rest[..<end].split(separator: 0x0A, omittingEmptySubsequences: false)
          .map { Line(text: String(decoding: $0, as: UTF8.self), isError: isError) }
        rest.removeSubrange(...end)
        progress.update { $0.lines += lines }
      }
      closeDescriptor(descriptor)
      let last = String(decoding: rest, as: UTF8.self)
      progress.update { progress in
        if !last.isEmpty { progress.lines.append(Line(text: last, isError: isError)) }
        progress.openPipes -= 1
      }
    }
  }

  /// What a process started ends with it. On Linux Foundation would not notice its end before, for
  /// its children keep a socket open that Foundation watches.
  private static func endChildren(of process: Int32) {
    Thread.detachNewThread {
      waitForExit(process)
      signalGroup(process, .kill)
    }
  }

  /// Foundation starts processes on Linux as leaders of a group, on macOS it does not.
  private static func killAll(_ process: Int32) {
    if !signalGroup(process, .kill) { signalProcess(process, .kill) }
  }
}
