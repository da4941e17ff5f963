/// What kind of thing is wrong. The raw value is printed and stands in JSON, so it stays.
package enum DiagnosticCode: String, CaseIterable, Sendable {
  // Reading any input.
  case noSuchFile = "no-such-file"
  case notAFile = "not-a-file"
  case unreadable
  case tooLarge = "too-large"
  case encoding
  case controlCharacter = "control-character"
  case tab
  case yamlSyntax = "yaml-syntax"
  case yamlEmpty = "yaml-empty"
  case yamlDocuments = "yaml-documents"
  case yamlAlias = "yaml-alias"
  case yamlMergeKey = "yaml-merge-key"
  case yamlTag = "yaml-tag"
  case yamlNesting = "yaml-nesting"
  case yamlSize = "yaml-size"
  case yamlKey = "yaml-key"
  case duplicateKey = "duplicate-key"

  // Reading a spec.
  case notAMapping = "not-a-mapping"
  case unknownKey = "unknown-key"
  case missingKey = "missing-key"
  case missingValue = "missing-value"
  case wrongShape = "wrong-shape"
  case unknownValue = "unknown-value"
  case repeatedValue = "repeated-value"
  case number
  case unit
  case outOfRange = "out-of-range"
  case name
  case version
  case noEffect = "no-effect"

  // Asking.
  case missingFacts = "missing-facts"

  // Reading rules.
  case unknownReference = "unknown-reference"
  case badTest = "bad-test"
  case badFormula = "bad-formula"
  case badTable = "bad-table"
  case cycle
  case noRowHolds = "no-row-holds"

  // Proving rules.
  case gap
  case overlap
  case unreached
  case redundant
  case duplicateRow = "duplicate-row"
  case contradiction
  case neverHolds = "never-holds"
  case alwaysHolds = "always-holds"
  case unused
  case neverAsked = "never-asked"
  case noCard = "no-card"
  case noScenario = "no-scenario"
  case scenario
  case undecided
}
