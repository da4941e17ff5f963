#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

import ArgumentParser
import Diagnostics
import EmbeddedText
import Rules

struct RulesOption: ParsableArguments {
  @Option(name: .customLong("rules"), help: "A folder of rules in place of the built-in ones.")
  var folder: String?

  func validate() throws {
    if folder?.isEmpty == true { throw ValidationError("--rules wants a folder.") }
  }

  /// Far more than any set of rules that people write.
  private static let mostBytes = 10_000_000

  /// What stands before the paths of files in messages.
  var prefix: String { folder.map { $0.hasSuffix("/") ? $0 : $0 + "/" } ?? "" }

  static func builtIn() throws -> Ruleset {
    try Ruleset(
      files: EmbeddedText.files(below: "rules").map {
        RulesFile(path: $0.path, bytes: Array($0.text.utf8))
      })
  }

  func load() throws -> Ruleset {
    guard folder != nil else { return try Self.builtIn() }
    let base = prefix
    var files: [RulesFile] = []
    var size = 0
    for part in ["", "cards/", "scenarios/"] {
      let names = try Self.names(in: base + part, isOptional: !part.isEmpty)
      try refuseMisplaced(names, in: base + part, isTop: part.isEmpty)
      for name in names
      where name.hasSuffix(".yaml") || part == "cards/" && name.hasSuffix(".md") {
        guard size <= Self.mostBytes else {
          throw Failure(
            .data, Diagnostic(.tooLarge, "the rules in \(folder ?? "") are larger than 10 MB").text)
        }
        let bytes = try Input.read(base + part + name, isRegular: true)
        size += bytes.count
        files.append(RulesFile(path: part + name, bytes: bytes))
      }
    }
    return try Ruleset(files: files, folder: base)
  }

  /// What looks like rules and would not be read.
  private func refuseMisplaced(
    _ names: [String], in folder: String, isTop: Bool
  ) throws(InvalidInput) {
    let expected = isTop ? ["cards", "scenarios"] : []
    let findings = names.filter { name in
      name.hasSuffix(".yml") || !expected.contains(name) && Input.isFolder(folder + name)
    }.map { name in
      Diagnostic(
        .unknownReference, "\(folder)\(name) would not be read",
        at: Location(file: folder + name, line: 1, column: 1),
        help: "rules are *.yaml in the folder itself, cards/*.md and scenarios/*.yaml")
    }
    if !findings.isEmpty { throw InvalidInput(findings) }
  }

  private static func names(in folder: String, isOptional: Bool) throws(Failure) -> [String] {
    guard let directory = opendir(folder) else {
      if isOptional, errno == ENOENT { return [] }
      throw Failure(
        .noInput,
        Diagnostic(.noSuchFile, "cannot read the folder \(folder): \(Descriptor.describe(errno))")
          .text)
    }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if !name.hasPrefix(".") { names.append(name) }
    }
    return names.sorted()
  }
}
