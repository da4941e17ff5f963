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
    switch Descriptor.write(text, to: STDOUT_FILENO) {
    case 0: return
    case EPIPE: exit(0)
    case let number:
      throw Failure(.inputOutput, "error: cannot write the result: \(Descriptor.describe(number))")
    }
  }

  static func error(_ text: String) {
    if !text.isEmpty { note(text + "\n") }
  }

  static func note(_ text: String) {
    // Where even this cannot be written there is nobody to tell.
    _ = Descriptor.write(text, to: STDERR_FILENO)
  }

  /// Colour only on a terminal, and not where NO_COLOR (no-color.org) says otherwise.
  static func style(for descriptor: Int32 = STDOUT_FILENO) -> Style {
    let wantsNone = getenv("NO_COLOR").map { $0.pointee != 0 } ?? false
    let isDumb = getenv("TERM").map { String(cString: $0) == "dumb" } ?? true
    return Style(isColored: isatty(descriptor) == 1 && !wantsNone && !isDumb)
  }
}
