import Foundation
import Starters
import Testing

@Suite struct NewDirectoryTests {
  private static let plan = Plan([
    Plan.File(path: "a.txt", text: "a\n"), Plan.File(path: "deep/er/b.txt", text: "b\n"),
  ])

  private func withFolder(_ body: (URL) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder)
  }

  private func names(_ folder: URL) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
  }

  @Test(arguments: ["new", "new/", "deep/new"])
  func allFilesAreThereAndNothingElse(_ name: String) throws {
    try withFolder { folder in
      try NewDirectory(folder.path + "/" + name).write(Self.plan)
      let new = folder.appending(path: name)
      #expect(try names(new) == ["a.txt", "deep"])
      #expect(try names(new.deletingLastPathComponent()) == ["new"])
      let text = try String(contentsOf: new.appending(path: "deep/er/b.txt"), encoding: .utf8)
      #expect(text == "b\n")
    }
  }

  @Test func scriptsCanBeRunAndNothingElse() throws {
    try withFolder { folder in
      let script = Plan.File(path: "script/x", text: "#!/bin/sh\nexit 7\n")
      let new = folder.appending(path: "new")
      try NewDirectory(new.path).write(Plan(Self.plan.files + [script]))
      let paths = ["a.txt", "deep/er/b.txt", "script/x"]
      let executable = paths.filter {
        FileManager.default.isExecutableFile(atPath: new.appending(path: $0).path)
      }
      #expect(executable == ["script/x"])
    }
  }

  @Test func anEmptyDirectoryIsTaken() throws {
    try withFolder { folder in
      let new = folder.appending(path: "new")
      try FileManager.default.createDirectory(at: new, withIntermediateDirectories: true)
      try NewDirectory(new.path).write(Self.plan)
      #expect(try names(new) == ["a.txt", "deep"])
    }
  }

  @Test func whatIsThereIsNeverTouched() throws {
    try withFolder { folder in
      let file = folder.appending(path: "file")
      try Data("mine".utf8).write(to: file)
      let link = folder.appending(path: "link")
      let empty = folder.appending(path: "empty")
      try FileManager.default.createDirectory(at: empty, withIntermediateDirectories: true)
      try FileManager.default.createSymbolicLink(at: link, withDestinationURL: empty)
      #expect(throws: NewDirectory.Problem.isNotEmpty) { try NewDirectory(folder.path) }
      #expect(throws: NewDirectory.Problem.isFile) { try NewDirectory(file.path) }
      #expect(throws: NewDirectory.Problem.isLink) { try NewDirectory(link.path) }
      #expect(throws: NewDirectory.Problem.isLink) { try NewDirectory(link.path + "/") }
      for name in [".", "..", folder.path + "/.", folder.path + "/empty/..", "/", ""] {
        #expect(throws: NewDirectory.Problem.noName) { try NewDirectory(name) }
      }
      #expect(try names(folder) == ["empty", "file", "link"])
      #expect(try String(contentsOf: file, encoding: .utf8) == "mine")
    }
  }

  /// What came there between the look and the end stays, and nothing is left beside it.
  @Test func whatComesMeanwhileWins() throws {
    try withFolder { folder in
      let path = folder.appending(path: "new")
      let new = try NewDirectory(path.path)
      try FileManager.default.createDirectory(at: path, withIntermediateDirectories: true)
      try Data("mine".utf8).write(to: path.appending(path: "file"))
      #expect(throws: NewDirectory.Problem.isNotEmpty) { try new.write(Self.plan) }
      #expect(try names(path) == ["file"])
      #expect(try names(folder) == ["new"])
    }
  }

  @Test func nothingIsLeftWhereAFileCannotBeWritten() throws {
    try withFolder { folder in
      let plan = Plan([Plan.File(path: "a", text: ""), Plan.File(path: "a/b", text: "")])
      #expect(throws: NewDirectory.Problem.self) {
        try NewDirectory(folder.path + "/new").write(plan)
      }
      let left = try names(folder)
      #expect(left.isEmpty)
    }
  }
}
