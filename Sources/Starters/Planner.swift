import Advisor
import Rules

/// Makes the plan of a project from its design.
package struct Planner {
  /// Something that the tool should have brought is not there.
  package struct Missing: Error, CustomStringConvertible {
    package var description: String
  }

  private let all: Pieces
  private let sources: [(path: String, text: String)]
  private let version: String

  /// - Parameter sources: the texts below `templates` and `Sources/Kit`, by their paths in the repository.
  package init(sources: [(path: String, text: String)], version: String) throws {
    self.sources = sources
    self.version = version
    guard let pieces = sources.first(where: { $0.path == "templates/pieces.yaml" }) else {
      throw Missing(description: "templates/pieces.yaml")
    }
    all = try Pieces(Array(pieces.text.utf8), file: pieces.path)
  }

  package var pieces: Pieces { all }

  /// - Parameters:
  ///   - requirements: the spec, as it goes into the project.
  ///   - decision: the text of `DECISION.md`.
  package func plan(
    _ design: Design, requirements: String, decision: String
  ) throws -> Plan {
    let scripts = try design.transports.map {
      try source("templates/Public/transports/\($0.id).js")
    }
    let texts = ProjectTexts(design: design, all: all, scripts: scripts)
    var files = [
      Plan.File(path: "Package.swift", text: Manifest(design: design, all: all).text),
      Plan.File(path: "Sources/App/Services.swift", text: Wiring(design: design).text),
      Plan.File(path: "requirements.yaml", text: requirements),
      Plan.File(path: "DECISION.md", text: decision),
      Plan.File(path: ".env.example", text: texts.environmentExample),
    ]
    files += try copies(design)
    for (template, path) in Self.templates {
      let filled = try Template(try source("templates/" + template)).filled(
        with: path.hasPrefix("Public/") ? texts.page : texts.values)
      files.append(Plan.File(path: path, text: filled))
    }
    let lock = Lock(design: design, version: version, requirements: requirements, files: files)
    files.append(Plan.File(path: Lock.path, text: lock.text))
    return Plan(files)
  }

  private static let templates = [
    ("README.md", "README.md"),
    ("Public/index.html", "Public/index.html"),
    ("Public/updates.js", "Public/updates.js"),
    ("compose/compose.yaml", "compose.yaml"),
    ("compose/nginx.conf", "nginx.conf"),
    ("compose/Dockerfile", "Dockerfile"),
    ("project/ci.yml", ".github/workflows/ci.yml"),
    ("project/gitignore", ".gitignore"),
  ]

  /// What goes into the project byte for byte.
  private func copies(_ design: Design) throws -> [Plan.File] {
    var files: [Plan.File] = []
    let pieces = design.pieces(all).map(\.name)
    for (path, text) in sources {
      let parts = path.split(separator: "/").map(String.init)
      if parts.starts(with: ["Sources", "Kit"]), parts.count == 4, pieces.contains(parts[2]) {
        files.append(Plan.File(path: "Sources/\(parts[2])/\(parts[3])", text: text))
      }
    }
    files.append(.init(path: "Sources/App/App.swift", text: try source("templates/App/App.swift")))
    for name in ["page.css", "page.js"] {
      files.append(.init(path: "Public/" + name, text: try source("templates/Public/" + name)))
    }
    for name in design.transports.map({ $0.piece + "Tests" }) {
      let path = "Tests/AppTests/\(name).swift"
      files.append(.init(path: path, text: try source("templates/" + path)))
    }
    files.append(try testServer(design.engine))
    for (path, template) in design.engine.files {
      files.append(.init(path: path, text: try source("templates/" + template)))
    }
    return files
  }

  /// Tests start the server; with some engines its environment is another than the one that is compiled
  /// here.
  private func testServer(_ engine: Pieces.Engine) throws -> Plan.File {
    let path = "Tests/AppTests/Server.swift"
    var text = try source("templates/" + path)
    if let environment = engine.testEnvironment {
      let usual =
        #"let environment = EnvironmentVariables(["PORT": "0"].merging(variables) { $1 })"#
      guard text.contains(usual) else { throw Missing(description: "\(path): \(usual)") }
      text = text.replacing(
        usual, with: environment.split(separator: "\n").joined(separator: "\n    "))
    }
    return Plan.File(path: path, text: text)
  }

  private func source(_ path: String) throws -> String {
    guard let source = sources.first(where: { $0.path == path }) else {
      throw Missing(description: path)
    }
    return source.text
  }
}
