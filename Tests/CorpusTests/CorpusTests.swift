import Foundation
import Testing
import TestSupport

/// Inputs that were found by fuzzing or by hand, kept: none may crash its parser.
@Suite struct CorpusTests {
  private static let folder = Repository.root.appending(path: "Tests/CorpusTests/Corpus")

  @Test(arguments: ParserInput.allCases)
  func isAnsweredOrRefused(parser: ParserInput) throws {
    let folder = Self.folder.appending(path: parser.rawValue)
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    #expect(!names.isEmpty)
    for name in names.sorted() {
      parser.parse(Array(try Data(contentsOf: folder.appending(path: name))))
    }
  }

  @Test func mutationsOfItAreToo() throws {
    var generator = SeededGenerator(seed: 21)
    for parser in ParserInput.allCases {
      let folder = Self.folder.appending(path: parser.rawValue)
      for name in try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() {
        let bytes = Array(try Data(contentsOf: folder.appending(path: name)).prefix(2000))
        for _ in 0..<20 { parser.parse(Self.mutated(bytes, &generator)) }
      }
    }
  }

  private static func mutated(_ bytes: [UInt8], _ generator: inout SeededGenerator) -> [UInt8] {
    var result = bytes
    for _ in 0..<Int.random(in: 1...4, using: &generator) {
      let place = Int.random(in: 0...result.count, using: &generator)
      switch Int.random(in: 0..<4, using: &generator) {
      case 0 where place < result.count: result.remove(at: place)
      case 1 where place < result.count:
        result[place] = UInt8.random(in: 0...255, using: &generator)
      case 2: result.insert(contentsOf: result.prefix(place).suffix(9), at: place)
      default: result.insert(UInt8.random(in: 9...126, using: &generator), at: place)
      }
    }
    return result
  }
}
