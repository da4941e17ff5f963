import EmbeddedText
import Rules
import Specs

/// Our own rules, as the binary carries them.
package enum EmbeddedRules {
  package static let files: [RulesFile] = EmbeddedText.files(below: "rules").map {
    RulesFile(path: $0.path, bytes: Array($0.text.utf8))
  }

  package static let ruleset: Ruleset = {
    do {
      return try Ruleset(files: files)
    } catch {
      fatalError("our rules do not load: \(error)")
    }
  }()

  /// A spec without its `tidings` and `name`.
  package static func assignment(_ text: String) throws -> Assignment {
    try SpecReader(ruleset).read(Array(text.utf8), file: "spec.yaml", isPartial: true).assignment
  }
}
