import ServiceSupport
import Testing

/// The page of a project, in some windows of a browser.
struct Page {
  let browser: Browser
  let windows: [String]

  /// - Parameter count: how many windows, the current one and new ones.
  static func open(
    _ url: String, in browser: Browser, windows count: Int = 1
  ) async throws -> Page {
    var windows = [try await browser.currentWindow()]
    while windows.count < count { windows.append(try await browser.newWindow()) }
    for window in windows {
      try await browser.switchTo(window)
      try await browser.open(url)
    }
    return Page(browser: browser, windows: windows)
  }

  /// Waits in each window for an expression to be true. `state` is the element that tells how the
  /// page receives updates.
  func wait(until expression: String) async throws {
    for window in windows {
      try await browser.switchTo(window)
      try await browser.wait(
        until: "((state) => \(expression))(document.querySelector('#state').dataset)")
    }
  }

  func uses(_ transport: String) async throws {
    try await wait(until: "state.transport == '\(transport)' && state.state == 'open'")
  }

  func isCutOff() async throws {
    try await wait(until: "state.state != 'open'")
  }

  /// What the first window says of who serves it.
  func node() async throws -> String? {
    try await browser.switchTo(windows[0])
    return try await browser.execute("return document.querySelector('#node').textContent").string
  }

  func isServed(by nodes: [String]) async throws {
    let list = nodes.map { "'\($0)'" }.joined(separator: ", ")
    try await wait(until: "[\(list)].includes(document.querySelector('#node').textContent)")
  }

  /// By keyboard, in the first window.
  func publish(_ texts: [String]) async throws {
    try await browser.switchTo(windows[0])
    for text in texts {
      try await browser.type(text, into: "#data")
      try await browser.wait(until: Self.has(text))
    }
  }

  /// Each window shows these, the oldest first, each once and no others.
  func shows(_ texts: [String], resets: Int = 0) async throws {
    for window in windows {
      try await browser.switchTo(window)
      if let last = texts.last { try await browser.wait(until: Self.has(last)) }
      let shown = try await browser.execute("return \(Self.texts).reverse()")
      #expect(shown.array?.compactMap(\.string) == texts)
      let told = try await browser.execute(
        "return document.querySelectorAll('li.reset').length")
      #expect(told == .number(Double(resets)))
    }
  }

  private static let texts =
    "[...document.querySelectorAll('li.update .data')].map((element) => element.textContent)"

  private static func has(_ text: String) -> String { "\(texts).includes('\(text)')" }
}
