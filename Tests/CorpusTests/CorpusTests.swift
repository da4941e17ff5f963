import Foundation
import Testing
import TestSupport
import WireSupport

/// Inputs that were found by fuzzing or by hand, kept: none may crash its parser.
@Suite struct CorpusTests {
  private static let folder = Repository.root.appending(path: "Tests/CorpusTests/Corpus")

  /// The inputs of one parser by their names.
  private static func inputs(_ parser: String) throws -> [(name: String, bytes: [UInt8])] {
    let folder = folder.appending(path: parser)
    return try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted().map { name in
      (name, Array(try Data(contentsOf: folder.appending(path: name))))
    }
  }

  @Test(arguments: ParserInput.allCases)
  func isAnsweredOrRefused(parser: ParserInput) throws {
    let inputs = try Self.inputs(parser.rawValue)
    #expect(!inputs.isEmpty)
    for input in inputs { parser.parse(input.bytes) }
  }

  @Test(arguments: WireInput.allCases)
  func isReadAsThePlainestReadingReadsIt(input: WireInput) throws {
    let inputs = try Self.inputs(input.rawValue)
    #expect(!inputs.isEmpty)
    for (name, bytes) in inputs { #expect(input.problem(with: bytes) == nil, "\(name)") }
  }

  @Test func mutationsOfItAreToo() throws {
    var mutation = Mutation(seed: 21)
    for parser in ParserInput.allCases {
      for (_, bytes) in try Self.inputs(parser.rawValue) {
        for _ in 0..<20 { parser.parse(mutation.mutated(Array(bytes.prefix(2000)))) }
      }
    }
    for input in WireInput.allCases {
      for (name, bytes) in try Self.inputs(input.rawValue) {
        for _ in 0..<20 {
          let mutated = mutation.mutated(bytes)
          #expect(input.problem(with: mutated) == nil, "\(name): \(mutated)")
        }
      }
    }
  }
}
