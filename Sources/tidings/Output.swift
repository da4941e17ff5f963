#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

import Reports

/// Results go to standard output, all else to standard error.
enum Output {
  static func ignoreClosedPipes() {
    signal(SIGPIPE, SIG_IGN)
  }

  /// - Throws: `Failure` if it cannot be written. A reader that went away ends the program quietly.
  static func result(_ text: String) throws(Failure) {
    switch write(text, to: STDOUT_FILENO) {
    case 0: return
    case EPIPE: exit(0)
    case let number:
      throw Failure(.inputOutput, "error: cannot write the result: \(describe(number))")
    }
  }

  static func error(_ text: String) {
    if !text.isEmpty { note(text + "\n") }
  }

  static func note(_ text: String) {
    // Where even this cannot be written there is nobody to tell.
    _ = write(text, to: STDERR_FILENO)
  }

  /// Colour only on a terminal, and not where NO_COLOR (no-color.org) says otherwise.
  static func style(for descriptor: Int32 = STDOUT_FILENO) -> Style {
    let wantsNone = getenv("NO_COLOR").map { $0.pointee != 0 } ?? false
    let isDumb = getenv("TERM").map { String(cString: $0) == "dumb" } ?? true
    return Style(isColored: isatty(descriptor) == 1 && !wantsNone && !isDumb)
  }

  static func describe(_ number: Int32) -> String {
    strerror(number).map { String(cString: $0) } ?? "error \(number)"
  }

  /// Zero, or the number of the error.
  private static func write(_ text: String, to descriptor: Int32) -> Int32 {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let count = bytes.withUnsafeBytes { systemWrite(descriptor, $0.baseAddress, $0.count) }
      if count < 0 {
        if errno == EINTR { continue }
        return errno
      }
      bytes = bytes.dropFirst(count)
    }
    return 0
  }
}

private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
  write(descriptor, bytes, count)
}
