import Foundation
import ServiceSupport
import Testing

@Suite struct ServiceProcessTests {
  private static func shell(
    _ script: String, environment: [String: String] = [:], folder: TemporaryFolder? = nil
  ) throws -> ServiceProcess {
    try ServiceProcess(
      URL(filePath: "/bin/sh"), ["-c", script], environment: environment, folder: folder)
  }

  @Test func collectsItsLines() async throws {
    let process = try Self.shell(
      "echo \"$GREETING\"; echo oops >&2; printf unfinished; exit 3",
      environment: ["GREETING": "hello"])
    let lines = try await process.allLines()
    #expect(lines.filter { !$0.isError }.map(\.text) == ["hello", "unfinished"])
    #expect(lines.filter(\.isError).map(\.text) == ["oops"])
    #expect(try await process.exitCode() == 3)
  }

  @Test func runsInAFolderThatAnotherOneMayFind() async throws {
    let first = try Self.shell("echo kept > file; pwd")
    _ = try await first.allLines()
    let second = try Self.shell("cat file", folder: first.folder)
    #expect(try await second.waitForLine(containing: "kept") == "kept")
    let folder = first.folder.url
    #expect(FileManager.default.fileExists(atPath: folder.path))
  }

  @Test func endsWhenItIsTold() async throws {
    let asked = try Self.shell("trap 'echo bye; exit 0' TERM; sleep 1000 & echo ready; wait")
    try await asked.waitForLine(containing: "ready")
    #expect(try await asked.terminate() == 0)
    #expect(try await asked.allLines().last?.text == "bye")
    let killed = try Self.shell("trap '' TERM; echo ready; exec sleep 1000")
    try await killed.waitForLine(containing: "ready")
    #expect(try await killed.kill() == -9)
  }

  @Test func takesItsChildrenWithIt() async throws {
    let killed = try Self.shell("sleep 1000 & echo ready; wait")
    try await killed.waitForLine(containing: "ready")
    #expect(try await killed.kill() == -9)
    // Its output is at its end only when no child holds it any more.
    _ = try await killed.allLines()
    let ended = try Self.shell("sleep 1000 & echo ready")
    _ = try await ended.allLines()
    #expect(try await ended.exitCode() == 0)
  }

  @Test func saysWhatItSawWhenALineDoesNotCome() async throws {
    let ended = try Self.shell("echo something else")
    let failure = await #expect(throws: ServiceFailure.self) {
      try await ended.waitForLine(containing: "ready")
    }
    #expect(failure?.description.contains("something else") == true)
    try await Self.shell("echo silence; exec sleep 1000").use { running in
      try await running.waitForLine(containing: "silence")
      let late = await #expect(throws: TooLate.self) {
        try await running.waitForLine(containing: "ready", within: .milliseconds(20))
      }
      #expect(late?.description.contains("silence") == true)
    }
  }

  @Test func refusesWhatIsNoProgram() {
    #expect(throws: (any Error).self) { try ServiceProcess(URL(filePath: "/absent")) }
    #expect(Executable.find("sh") != nil)
    #expect(Executable.find("no such program") == nil)
  }

  @Test func portsAreFreeAndDifferent() async throws {
    var ports: Set<Int> = []
    for _ in 0..<20 { ports.insert(try await ServiceProcess.freePort()) }
    #expect(ports.count == 20)
  }
}
