import Advisor
import Foundation
import Rules
import Specs
import Starters
import TestSupport

/// Plans made of the files of this checkout.
enum Starting {
  static let sources: [(path: String, text: String)] = ["templates", "Sources/Kit"].flatMap {
    folder in
    let root = Repository.root.appending(path: folder)
    let found =
      FileManager.default.enumerator(atPath: root.path)?.compactMap { $0 as? String } ?? []
    return found.sorted().compactMap { path -> (path: String, text: String)? in
      var isFolder: ObjCBool = false
      let file = root.appending(path: path).path
      guard FileManager.default.fileExists(atPath: file, isDirectory: &isFolder),
        !isFolder.boolValue,
        let text = FileManager.default.contents(atPath: file)
      else { return nil }
      return ("\(folder)/\(path)", String(decoding: text, as: UTF8.self))
    }
  }

  static func planner() throws -> Planner {
    try Planner(sources: sources, version: "test")
  }

  /// - Parameter pieces: those of this checkout, if nil.
  static func choose(
    _ spec: String, _ wishes: Chooser.Wishes = Chooser.Wishes(), pieces: Pieces? = nil
  ) throws -> Chooser.Result {
    let assignment = try SpecReader(OurRules.ruleset)
      .read(Array(spec.utf8), file: "spec.yaml").assignment
    return try Chooser(OurRules.ruleset, pieces ?? planner().pieces).choose(assignment, wishes)
  }

  static func plan(_ spec: String, _ wishes: Chooser.Wishes = Chooser.Wishes()) throws -> Plan {
    let result = try choose(spec, wishes)
    let decision = DecisionRecord(
      result.design, advised: result.advised, chosen: result.chosen, leftOut: result.leftOut,
      OurRules.ruleset)
    return try planner().plan(result.design, requirements: spec, decision: decision.text)
  }

  static func example(_ name: String) throws -> String {
    try String(
      contentsOf: Repository.root.appending(path: "Examples/\(name)/spec.yaml"), encoding: .utf8)
  }
}

extension Plan {
  func text(_ path: String) -> String { files.first { $0.path == path }?.text ?? "" }
}
