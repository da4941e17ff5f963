import Foundation

/// A real Chromium without a window, driven through chromedriver.
///
/// Commands go to the current window of the session, so one test at a time uses a browser.
package final class Browser: Sendable {
  private let process: ServiceProcess
  private let driver: WebDriver
  private let session: String

  // MARK: Its life

  /// - Parameter arguments: of Chromium, beside those that a test always needs.
  package static func start(
    width: Int = 1280, height: Int = 800, arguments: [String] = []
  ) async throws -> Browser {
    let chromium = try Component.chromium.executable("chromium")
    // It takes a free port by itself and says which.
    let process = try ServiceProcess(
      Component.chromium.executable("chromedriver"), ["--port=0"])
    let line = try await process.waitForLine(containing: "started successfully on port ")
    guard let word = line.split(separator: " ").last, let port = Int(word.filter(\.isNumber))
    else { throw ServiceFailure("no port: \(line)") }
    let driver = WebDriver(port: port)
    var flags = [
      "--headless=new", "--window-size=\(width),\(height)", "--disable-dev-shm-usage",
      // Windows behind others keep their timers.
      "--disable-background-timer-throttling", "--disable-backgrounding-occluded-windows",
      "--disable-renderer-backgrounding",
    ]
    if runsAsRoot() { flags.append("--no-sandbox") }
    flags += arguments
    let options: JSONValue = [
      "binary": .string(chromium.path), "args": .array(flags.map { JSONValue.string($0) }),
    ]
    let capabilities: JSONValue = [
      "browserName": "chrome", "goog:chromeOptions": options,
      // Milliseconds. Scripts end by deadlines of their own.
      "timeouts": ["script": 600_000, "pageLoad": 60_000],
    ]
    let created = try await driver.call(
      "POST", "/session", ["capabilities": ["alwaysMatch": capabilities]])
    guard let session = created["sessionId"]?.string else {
      throw ServiceFailure("no session: \(created)")
    }
    return Browser(process, driver, session)
  }

  private init(_ process: ServiceProcess, _ driver: WebDriver, _ session: String) {
    self.process = process
    self.driver = driver
    self.session = session
  }

  package func quit() async throws {
    _ = try? await driver.call("DELETE", "/session/\(session)")
    // chromedriver would leave a Chromium behind that has not ended yet.
    try await process.kill()
  }

  /// A browser that quits when `body` returns or throws.
  package static func use<Value>(
    isolation: isolated (any Actor)? = #isolation, _ body: (Browser) async throws -> Value
  ) async throws -> Value {
    let browser = try await start()
    do {
      let value = try await body(browser)
      try await browser.quit()
      return value
    } catch {
      try? await browser.quit()
      throw error
    }
  }

  // MARK: Windows

  package func open(_ url: String) async throws {
    _ = try await post("url", ["url": .string(url)])
  }

  /// Opens a window and goes to it.
  /// - Returns: what `switchTo` wants.
  @discardableResult
  package func newWindow() async throws -> String {
    let handle = try await post("window/new", ["type": "window"])["handle"]?.string ?? ""
    try await switchTo(handle)
    return handle
  }

  package func currentWindow() async throws -> String {
    try await driver.call("GET", "/session/\(session)/window").string ?? ""
  }

  package func switchTo(_ window: String) async throws {
    _ = try await post("window", ["handle": .string(window)])
  }

  package func screenshot(to file: URL) async throws {
    let text = try await driver.call("GET", "/session/\(session)/screenshot").string ?? ""
    guard let image = Data(base64Encoded: text) else { throw ServiceFailure("no screenshot") }
    try image.write(to: file)
  }

  // MARK: Scripts

  /// - Parameter script: the body of a function, with `arguments`; `return` gives the result.
  @discardableResult
  package func execute(
    _ script: String, _ arguments: [JSONValue] = []
  ) async throws -> JSONValue {
    try await post("execute/sync", ["script": .string(script), "args": .array(arguments)])
  }

  /// - Parameter script: the body of a function; the last of its `arguments` takes the result.
  @discardableResult
  package func executeAsync(
    _ script: String, _ arguments: [JSONValue] = [], within limit: Duration = .usualDeadline
  ) async throws -> JSONValue {
    try await post(
      "execute/async", ["script": .string(script), "args": .array(arguments)], within: limit)
  }

  /// Waits until a JavaScript expression is true, without leaving the page in between.
  /// - Returns: its value.
  @discardableResult
  package func wait(
    until expression: String, within limit: Duration = .usualDeadline
  ) async throws -> JSONValue {
    let end = ContinuousClock.now + limit
    while true {
      let left = max(Duration.zero, end - ContinuousClock.now)
      let milliseconds = JSONValue.number((left / Duration.milliseconds(1)).rounded())
      do {
        let result = try await executeAsync(
          PageWait.script(expression), [milliseconds], within: left + .usualDeadline)
        if let value = result["value"] { return value }
        throw TooLate(description: "\(expression) did not become true: \(result)")
      } catch let failure as WebDriver.Failure where failure.isNavigation && left > .zero {
        // The page has gone to another one, where the wait goes on.
        continue
      }
    }
  }

  // MARK: Elements

  package func click(_ selector: String) async throws {
    let id = try await element(selector)
    _ = try await post("element/\(id)/click", [:])
  }

  /// Types into a field, and ends with Enter.
  package func type(
    _ text: String, into selector: String, pressingEnter: Bool = true
  ) async throws {
    let keys = pressingEnter ? text + WebDriver.enter : text
    let id = try await element(selector)
    _ = try await post("element/\(id)/value", ["text": .string(keys)])
  }

  private func element(_ selector: String) async throws -> String {
    let found = try await post(
      "element", ["using": "css selector", "value": .string(selector)])
    guard let id = found[WebDriver.elementKey]?.string else {
      throw ServiceFailure("\(selector) is not on the page")
    }
    return id
  }

  private func post(
    _ path: String, _ body: JSONValue, within limit: Duration = .usualDeadline
  ) async throws -> JSONValue {
    try await driver.call("POST", "/session/\(session)/\(path)", body, within: limit)
  }
}
