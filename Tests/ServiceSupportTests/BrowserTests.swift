import Foundation
import ServiceSupport
import Testing

@Suite(.needs(.chromium)) struct BrowserTests {
  private static let page = """
    data:text/html,<title>page</title><input id="name" onchange="\
    setTimeout(() => { document.title = this.value }, 10)">\
    <button onclick="this.remove()">go</button>
    """

  @Test func drivesAPage() async throws {
    let folder = try TemporaryFolder()
    try await Browser.use { browser in
      try await browser.open(Self.page)
      #expect(try await browser.execute("return arguments[0] + 1", [41]) == 42)
      try await browser.type("typed", into: "#name")
      #expect(try await browser.wait(until: "document.title === 'typed'") == true)
      try await browser.click("button")
      try await browser.wait(until: "!document.querySelector('button')")
      let first = try await browser.currentWindow()
      try await browser.newWindow()
      try await browser.open("data:text/html,second")
      #expect(try await browser.execute("return document.body.innerText") == "second")
      try await browser.switchTo(first)
      #expect(try await browser.execute("return document.title") == "typed")
      let file = folder.url.appending(path: "page.png")
      try await browser.screenshot(to: file)
      #expect(try Data(contentsOf: file).starts(with: [0x89, 0x50, 0x4E, 0x47]))
      await #expect(throws: TooLate.self) {
        try await browser.wait(until: "absent.absent", within: .milliseconds(50))
      }
    }
  }
}
