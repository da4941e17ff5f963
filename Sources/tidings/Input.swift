#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

import Diagnostics

/// Reads files and standard input, never more than is wanted.
enum Input {
  /// A byte more than a document may have, so that a longer one is noticed and not read to its end.
  static let limit = 1_000_001

  /// The bytes of a file, or of standard input for `-`; at most `limit`.
  ///
  /// - Parameter isRegular: whether only a regular file will do; a pipe might never end.
  static func read(_ path: String, isRegular: Bool = false) throws(Failure) -> [UInt8] {
    if path == "-", !isRegular { return try readAll(STDIN_FILENO, path) }
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | (isRegular ? O_NONBLOCK : 0))
    guard descriptor >= 0 else {
      throw noInput(errno == ENOENT ? .noSuchFile : .unreadable, path, errno)
    }
    defer { close(descriptor) }
    var status = stat()
    if fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
      throw Failure(
        .noInput,
        Diagnostic(.notAFile, "\(path) is a folder", help: "name the file in it").text)
    }
    if isRegular, status.st_mode & S_IFMT != S_IFREG {
      throw Failure(.noInput, Diagnostic(.notAFile, "\(path) is no regular file").text)
    }
    return try readAll(descriptor, path)
  }

  private static func readAll(_ descriptor: Int32, _ path: String) throws(Failure) -> [UInt8] {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65536)
    while bytes.count < limit {
      let count = systemRead(descriptor, &buffer)
      if count == 0 { break }
      if count < 0 {
        if errno == EINTR { continue }
        throw noInput(.unreadable, path, errno)
      }
      bytes += buffer.prefix(count)
    }
    return bytes
  }

  private static func noInput(_ code: DiagnosticCode, _ path: String, _ number: Int32) -> Failure {
    let message =
      code == .noSuchFile
      ? "there is no file \(path)" : "cannot read \(path): \(Descriptor.describe(number))"
    return Failure(.noInput, Diagnostic(code, message).text)
  }

  static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  static var isTerminal: Bool { isatty(STDIN_FILENO) == 1 }
}

/// Standard input, a line at a time, each of bounded length.
struct InputLines {
  private var pending: [UInt8] = []
  private var isAtEnd = false
  private(set) var number = 0
  private static let longest = 10_000

  /// The next line without its end; `nil` at the end of the input.
  mutating func next() throws -> String? {
    while true {
      if let end = pending.firstIndex(of: 0x0A) {
        let line = Array(pending[..<end])
        pending.removeSubrange(...end)
        return try text(line)
      }
      if pending.count > Self.longest {
        throw Failure(
          .data, Diagnostic(.tooLarge, "line \(number + 1) of the answers is too long").text)
      }
      if isAtEnd {
        if pending.isEmpty { return nil }
        defer { pending = [] }
        return try text(pending)
      }
      try fill()
    }
  }

  private mutating func fill() throws(Failure) {
    var buffer = [UInt8](repeating: 0, count: 4096)
    let count = systemRead(STDIN_FILENO, &buffer)
    if count < 0 {
      if errno == EINTR { return }
      throw Failure(.noInput, "error: cannot read the answers: \(Descriptor.describe(errno))")
    }
    isAtEnd = count == 0
    pending += buffer.prefix(max(0, count))
  }

  private mutating func text(_ bytes: [UInt8]) throws(Failure) -> String {
    number += 1
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw Failure(
        .data, Diagnostic(.encoding, "line \(number) of the answers is not valid UTF-8").text)
    }
    return text
  }
}

private func systemRead(_ descriptor: Int32, _ buffer: inout [UInt8]) -> Int {
  let size = buffer.count
  return buffer.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, size) }
}
