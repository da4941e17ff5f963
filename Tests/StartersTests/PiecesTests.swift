import Foundation
import Starters
import Testing
import TestSupport

/// `templates/pieces.yaml` against what is built here.
@Suite struct PiecesTests {
  private struct Package: Decodable {
    struct Target: Decodable {
      struct Dependency: Decodable {
        var byName: [String?]?
        var product: [Ignored?]?
      }

      /// Of a C library.
      struct Provider: Decodable {
        var apt: [[String]]?
        var brew: [[String]]?
      }

      var name: String
      var path: String?
      var dependencies: [Dependency]
      var providers: [Provider]?
    }

    struct Source: Decodable {
      struct Control: Decodable {
        struct Location: Decodable {
          struct Remote: Decodable { var urlString: String }
          var remote: [Remote]
        }
        struct Requirement: Decodable {
          struct Range: Decodable { var lowerBound: String }
          var range: [Range]?
        }
        var identity: String
        var location: Location
        var requirement: Requirement
      }
      var sourceControl: [Control]
    }

    var targets: [Target]
    var dependencies: [Source]
  }

  /// A product's name, its package, and what else the description says of it.
  private enum Ignored: Decodable {
    case text(String)
    case other

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      self = (try? .text(container.decode(String.self))) ?? .other
    }

    var text: String? { if case .text(let text) = self { text } else { nil } }
  }

  private static func describe() throws -> Package {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    let scratch = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    process.arguments = ["swift", "package", "--scratch-path", scratch.path, "dump-package"]
    process.currentDirectoryURL = Repository.root
    process.environment = ProcessInfo.processInfo.environment.merging(["ENGINES": "all"]) { $1 }
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = FileHandle.nullDevice
    try process.run()
    let bytes = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    try? FileManager.default.removeItem(at: scratch)
    return try JSONDecoder().decode(Package.self, from: bytes)
  }

  @Test func piecesAndProductsAreThoseOfThisPackage() throws {
    let package = try Self.describe()
    let pieces = try Starting.planner().pieces
    let built = package.targets.filter { $0.path?.hasPrefix("Sources/Kit/") == true }
    #expect(Set(built.map(\.name)) == Set(pieces.pieces.map(\.name)))
    for target in built {
      let piece = try #require(pieces.piece(target.name))
      let names = target.dependencies.compactMap { $0.byName?.first ?? nil }
      #expect(Set(names) == Set(piece.pieces), "\(target.name)")
      let products = target.dependencies.compactMap { dependency -> String? in
        guard let product = dependency.product, product.count > 1 else { return nil }
        return "\(product[1]?.text ?? "")/\(product[0]?.text ?? "")"
      }
      #expect(
        Set(products) == Set(piece.products.map { "\($0.package)/\($0.name)" }), "\(target.name)")
      guard let providers = target.providers else { continue }
      let apt = providers.compactMap(\.apt).flatMap(\.self).flatMap(\.self)
      let brew = providers.compactMap(\.brew).flatMap(\.self).flatMap(\.self)
      #expect(apt == [piece.library?.developmentPackage], "\(target.name)")
      #expect(brew == [piece.library?.homebrewPackage], "\(target.name)")
    }
  }

  @Test func versionsAreThoseOfThisPackage() throws {
    let package = try Self.describe()
    let pieces = try Starting.planner().pieces
    for wanted in pieces.packages {
      let found = package.dependencies.flatMap(\.sourceControl).first {
        $0.location.remote.first?.urlString == wanted.url
      }
      #expect(found?.requirement.range?.first?.lowerBound == wanted.version, "\(wanted.name)")
    }
  }

  /// A project brings what its pieces need by one walk through the file.
  @Test func aPieceStandsBehindThoseThatItNeeds() throws {
    var before: Set<String> = []
    for piece in try Starting.planner().pieces.pieces {
      #expect(before.isSuperset(of: piece.pieces), "\(piece.name)")
      before.insert(piece.name)
    }
  }

  @Test func whatATransportNamesIsThere() throws {
    let pieces = try Starting.planner().pieces
    let paths = Set(Starting.sources.map(\.path))
    for transport in pieces.transports {
      #expect(pieces.piece(transport.piece) != nil, "\(transport.id)")
      for path in [
        "Sources/Kit/" + transport.readFirst.dropFirst("Sources/".count),
        "templates/Tests/AppTests/\(transport.piece)Tests.swift",
        "templates/Public/transports/\(transport.id).js",
      ] {
        #expect(paths.contains(path), "\(path)")
      }
    }
  }

  /// How a variable is read, or why it cannot be used. Other words in capitals are those of a protocol.
  private static var reading: Regex<(Substring, Substring)> {
    /(?:text|number|limit|flag|secret|name:)\(?\s*"([A-Z][A-Z_]+[A-Z])"/
  }

  /// Each piece reads its variables in one file, and reads no others.
  @Test func variablesAreThoseThatTheCodeReads() throws {
    for piece in try Starting.planner().pieces.pieces {
      let files = Starting.sources.filter { $0.path.hasPrefix("Sources/Kit/\(piece.name)/") }
      let read = files.map { file in
        Set(file.text.matches(of: Self.reading).map { String($0.output.1) })
      }
      #expect(
        read.reduce([]) { $0.union($1) } == Set(piece.variables.map(\.name)), "\(piece.name)")
      #expect(read.count { !$0.isEmpty } <= 1, "\(piece.name) reads its variables in one file")
    }
  }
}
