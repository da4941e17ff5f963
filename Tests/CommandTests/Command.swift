import Foundation
import Testing
import TestSupport

/// The executable, run as a user runs it.
enum Command {
  struct Result {
    var status: Int32
    var output: String
    var error: String
  }

  static let executable = Bundle.main.executableURL?.deletingLastPathComponent()
    .appending(path: "tidings")

  /// - Parameters:
  ///   - input: what standard input holds before its end.
  ///   - folder: the current directory.
  static func run(
    _ arguments: [String], input: Data = Data(), in folder: URL = Repository.root,
    environment: [String: String] = [:]
  ) throws -> Result {
    let process = Process()
    process.executableURL = executable
    process.arguments = arguments
    process.currentDirectoryURL = folder
    process.environment = environment
    return try withScratchFolder { scratch in
      let files = ["in", "out", "err"].map { scratch.appending(path: $0) }
      try input.write(to: files[0])
      for file in files.dropFirst() {
        _ = FileManager.default.createFile(atPath: file.path, contents: nil)
      }
      process.standardInput = try FileHandle(forReadingFrom: files[0])
      process.standardOutput = try FileHandle(forWritingTo: files[1])
      process.standardError = try FileHandle(forWritingTo: files[2])
      try process.run()
      process.waitUntilExit()
      return Result(
        status: process.terminationReason == .exit ? process.terminationStatus : -1,
        output: String(decoding: try Data(contentsOf: files[1]), as: UTF8.self),
        error: String(decoding: try Data(contentsOf: files[2]), as: UTF8.self))
    }
  }

  static func run(_ arguments: String..., input: String) throws -> Result {
    try run(arguments, input: Data(input.utf8))
  }

  static func run(_ arguments: String...) throws -> Result {
    try run(arguments)
  }

  /// A folder that is gone when `body` returns.
  static func withScratchFolder<T>(_ body: (URL) throws -> T) throws -> T {
    let folder = FileManager.default.temporaryDirectory
      .appending(path: "tidings-tests-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(folder)
  }
}
