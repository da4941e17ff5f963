import Diagnostics
import YAML

/// What `templates/pieces.yaml` says of the pieces that projects are made of.
package struct Pieces: Sendable {
  package struct Package: Sendable, Equatable {
    package var name: String
    package var url: String
    package var version: String
  }

  /// `hummingbird/Hummingbird`
  package struct Product: Sendable, Hashable {
    package var package: String
    package var name: String
  }

  /// A setting of the environment.
  package struct Variable: Sendable {
    package var name: String
    package var defaultText: String
    package var meaning: String
  }

  /// A C library that a piece is linked with.
  package struct Library: Sendable {
    package var name: String
    package var developmentPackage: String
    package var runtimePackage: String
    /// For one that a piece of its own makes known to SwiftPM.
    package var homebrewPackage: String?
  }

  package struct Piece: Sendable {
    package var name: String
    package var task: String
    package var pieces: [String]
    package var products: [Product]
    package var library: Library?
    package var variables: [Variable]

    /// Whether it is nothing but a C library.
    package var isSystemLibrary: Bool { library?.homebrewPackage != nil }
  }

  package struct Transport: Sendable {
    package var id: String
    package var title: String
    package var piece: String
    package var readFirst: String
    /// An expression of the wiring, for one that is served below the web framework.
    package var transport: String
    /// A command that tries it.
    package var usage: String
    /// An entry of the ladder in `Public/updates.js`.
    package var script: String
    /// A location of `nginx.conf`, for one that needs more of a proxy than others.
    package var proxy: String?
  }

  package struct Engine: Sendable {
    package var id: String
    package var title: String
    package var fanOut: String
    package var pieces: [String]
    package var wiring: String
    /// How many nodes there may be.
    package var nodes: String
    /// What the README says of more than one.
    package var moreNodes: String?
    /// A program that has to run beside the server; nil for an embedded engine.
    package var service: Service?
    package var answered: String
    package var epoch: String
    package var keeps: [(event: String, what: String)]
    package var decidedBy: String
    /// Lines of the environment of a container.
    package var containerEnvironment: [String]
    /// Where a container keeps data: `data:/srv/data`.
    package var volume: String?
    /// Containers of the server, if there may be several.
    package var replicas: String?
    /// Lines of `nginx.conf`: where the nodes are, and what is done when one of them fails.
    package var upstream: String?
    package var proxy: String?
    /// Paths in the project and the templates of what stands there.
    package var files: [(path: String, template: String)]
    /// For `.gitignore`.
    package var ignored: [String]
    /// Statements with which a test of a project makes the `environment` of its server.
    package var testEnvironment: String?
  }

  package struct Service: Sendable {
    /// With its version, and the Debian package that has it.
    package var name: String
    package var debianPackage: String
    /// A command.
    package var start: String
    /// A service of `compose.yaml`, its name first, and the volume that it has.
    package var container: String
    package var volume: String
  }

  package var packages: [Package]
  package var appPieces: [String]
  package var appProducts: [Product]
  package var testProducts: [Product]
  package var pieces: [Piece]
  package var transports: [Transport]
  package var engines: [Engine]

  package func piece(_ name: String) -> Piece? { pieces.first { $0.name == name } }
  package func transport(_ id: String) -> Transport? { transports.first { $0.id == id } }
  package func engine(_ id: String) -> Engine? { engines.first { $0.id == id } }

  /// - Throws: `InvalidInput`, or `Incomplete` where something is missing.
  package init(_ bytes: [UInt8], file: String) throws {
    let root = Item(try Document(bytes, file: file).root)
    packages = try root["packages"].entries().map { name, item in
      Package(name: name, url: try item["url"].text(), version: try item["from"].text())
    }
    let app = try root["app"]
    appPieces = try app["pieces"].texts()
    appProducts = try app["products"].products()
    testProducts = try app["tests"]["products"].products()
    pieces = try root["pieces"].entries().map { try Piece(name: $0, $1) }
    transports = try root["transports"].entries().map { try Transport(id: $0, $1) }
    engines = try root["engines"].entries().map { try Engine(id: $0, $1) }
  }

  package struct Incomplete: Error, CustomStringConvertible {
    package var description: String
  }
}

extension Pieces.Piece {
  fileprivate init(name: String, _ item: Item) throws {
    self.name = name
    task = try item["does"].text()
    pieces = try item["pieces"].texts()
    products = try item.optional("products")?.products() ?? []
    library = try item.optional("library").map { item in
      Pieces.Library(
        name: try item["name"].text(), developmentPackage: try item["apt"].text(),
        runtimePackage: try item["runtime"].text(),
        homebrewPackage: try item.optional("brew")?.text())
    }
    variables =
      try item.optional("variables")?.entries().map { name, item in
        Pieces.Variable(
          name: name, defaultText: try item["default"].text(), meaning: try item["means"].text())
      } ?? []
  }
}

extension Pieces.Transport {
  fileprivate init(id: String, _ item: Item) throws {
    self.id = id
    title = try item["title"].text()
    piece = try item["piece"].text()
    readFirst = try item["read-first"].text()
    transport = try item["transport"].text()
    usage = try item["usage"].text()
    script = try item["script"].text()
    proxy = try item.optional("proxy")?.text()
  }
}

extension Pieces.Engine {
  fileprivate init(id: String, _ item: Item) throws {
    self.id = id
    title = try item["title"].text()
    fanOut = try item["fan-out"].text()
    pieces = try item["pieces"].texts()
    wiring = try item["wiring"].text()
    nodes = try item["nodes"].text()
    moreNodes = try item.optional("more-nodes")?.text()
    service = try item.optional("service").map { item in
      Pieces.Service(
        name: try item["name"].text(), debianPackage: try item["apt"].text(),
        start: try item["start"].text(), container: try item["container"].text(),
        volume: try item["volume"].text())
    }
    answered = try item["answered"].text()
    epoch = try item["epoch"].text()
    keeps = try item["keeps"].entries().map { ($0, try $1.text()) }
    decidedBy = try item["decided-by"].text()
    containerEnvironment = try item.optional("container-environment")?.texts() ?? []
    volume = try item.optional("volume")?.text()
    replicas = try item.optional("replicas")?.text()
    upstream = try item.optional("upstream")?.text()
    proxy = try item.optional("proxy")?.text()
    files = try item.optional("files")?.entries().map { ($0, try $1.text()) } ?? []
    ignored = try item.optional("ignored")?.texts() ?? []
    testEnvironment = try item.optional("tests")?.text()
  }
}

/// A node of the file, read without ceremony: the file is ours.
private struct Item {
  let node: Node

  init(_ node: Node) { self.node = node }

  subscript(key: String) -> Item {
    get throws {
      guard let item = optional(key) else { throw missing("the key \(key)") }
      return item
    }
  }

  func optional(_ key: String) -> Item? {
    node.mapping?.first { $0.key == key }.map { Item($0.value) }
  }

  func entries() throws -> [(String, Item)] {
    guard let entries = node.mapping else { throw missing("keys and values") }
    return entries.map { ($0.key, Item($0.value)) }
  }

  func text() throws -> String {
    guard let text = node.scalar else { throw missing("a text") }
    return text
  }

  func texts() throws -> [String] {
    guard let items = node.sequence else { throw missing("a list") }
    return try items.map { try Item($0).text() }
  }

  func products() throws -> [Pieces.Product] {
    try texts().map { text in
      let parts = text.split(separator: "/")
      guard parts.count == 2 else { throw missing("package/product") }
      return Pieces.Product(package: String(parts[0]), name: String(parts[1]))
    }
  }

  private func missing(_ what: String) -> Pieces.Incomplete {
    Pieces.Incomplete(
      description: "\(node.location.file):\(node.location.line): \(what) is expected")
  }
}
