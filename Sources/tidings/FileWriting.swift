#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

import Diagnostics

/// A file that is written whole or not at all.
struct NewFile {
  private let path: String
  private let isReplacing: Bool

  /// - Parameter original: a file that may be replaced; any other must not be there yet.
  /// - Throws: `Failure` if the file is there, or its folder takes no file.
  init(at path: String, replacing original: String?) throws(Failure) {
    isReplacing = original.map { Self.isSame($0, path) } ?? false
    // Through a link to the original it is the original that gets written.
    self.path = isReplacing ? Self.resolved(path) : path
    if !isReplacing, Self.exists(path) { throw Self.isThere(path) }
    let (descriptor, beside) = try openBeside()
    close(descriptor)
    unlink(beside)
  }

  /// Writes beside the path and puts it there in one step, so that nobody sees half a file.
  func write(_ text: String) throws(Failure) {
    let (descriptor, beside) = try openBeside()
    defer { unlink(beside) }
    let error = Descriptor.write(text, to: descriptor)
    let isSynced = fsync(descriptor) == 0
    let syncError = errno
    close(descriptor)
    guard error == 0, isSynced else { throw cannotWrite(error == 0 ? syncError : error) }
    if isReplacing {
      guard rename(beside, path) == 0 else { throw cannotWrite(errno) }
    } else if link(beside, path) != 0 {
      // A link, unlike a rename, never replaces what came there meanwhile.
      throw errno == EEXIST ? Self.isThere(path) : cannotWrite(errno)
    }
  }

  private func openBeside() throws(Failure) -> (descriptor: Int32, path: String) {
    let beside = "\(path).\(getpid()).tmp"
    let descriptor = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      throw Failure(
        .cannotCreate,
        "error: cannot create \(TerminalText.escape(path)): \(Descriptor.describe(errno))")
    }
    return (descriptor, beside)
  }

  private func cannotWrite(_ number: Int32) -> Failure {
    Failure(
      .inputOutput,
      "error: cannot write \(TerminalText.escape(path)): \(Descriptor.describe(number))")
  }

  private static func isThere(_ path: String) -> Failure {
    Failure(
      .cannotCreate,
      "error: \(TerminalText.escape(path)) exists already; remove it or name another")
  }

  private static func exists(_ path: String) -> Bool {
    var status = stat()
    return lstat(path, &status) == 0
  }

  private static func isSame(_ left: String, _ right: String) -> Bool {
    var first = stat()
    var second = stat()
    return stat(left, &first) == 0 && stat(right, &second) == 0
      && first.st_dev == second.st_dev && first.st_ino == second.st_ino
  }

  private static func resolved(_ path: String) -> String {
    guard let pointer = realpath(path, nil) else { return path }
    defer { free(pointer) }
    return String(cString: pointer)
  }
}
