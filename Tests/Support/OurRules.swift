import Foundation
import Rules
import Specs

/// The rules of this checkout. That the executable carries the same is for its own tests to show.
package enum OurRules {
  package static let files: [RulesFile] = {
    let folder = Repository.root.appending(path: "rules")
    let found = FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String }
    return (found ?? []).filter { $0.hasSuffix(".yaml") || $0.hasSuffix(".md") }.sorted()
      .compactMap { path in
        FileManager.default.contents(atPath: folder.appending(path: path).path)
          .map { RulesFile(path: path, bytes: Array($0)) }
      }
  }()

  package static let ruleset: Ruleset = {
    do {
      return try Ruleset(files: files)
    } catch {
      fatalError("our rules do not load: \(error)")
    }
  }()

  /// A spec without its `tidings` and `name`.
  package static func assignment(
    _ text: String, _ rules: Ruleset = ruleset
  ) throws -> Assignment {
    try SpecReader(rules).read(Array(text.utf8), file: "spec.yaml", isPartial: true).assignment
  }
}
