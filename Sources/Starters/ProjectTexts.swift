import Reports

/// The values of the places in the templates of one project.
struct ProjectTexts {
  let design: Design
  let all: Pieces
  /// What a browser needs for each transport, the best first.
  let scripts: [String]

  private var pieces: [Pieces.Piece] { design.pieces(all) }
  private var libraries: [Pieces.Library] { pieces.compactMap(\.library) }

  /// Of the templates in `Public`.
  var page: [String: String] {
    [
      "title": Escapes.html(design.name),
      "summary": design.summary.map { "    <p class=\"summary\">\(Escapes.html($0))</p>" } ?? "",
      "interval": "\(design.settings.pollMilliseconds)",
      "ladder": design.transports.map(\.script).joined(separator: ", "),
      "transports": parts,
    ]
  }

  private var parts: String {
    scripts.map { $0.hasSuffix("\n") ? String($0.dropLast()) : $0 }.joined(separator: "\n\n")
  }

  /// Of all other templates.
  var values: [String: String] {
    [
      "name": design.name,
      "summary": design.summary.map(Markdown.escape) ?? "",
      "transport-title": design.transport.title,
      "fallback-titles": fallbacks,
      "fallback-note": design.fallbacks.isEmpty
        ? "" : ", and goes on from the same place where a network carries only the next transport",
      "fan-out-title": design.engine.fanOut,
      "engine-title": design.engine.title,
      "library-note": libraryNote,
      "read-first": design.transport.readFirst,
      "pieces": Markdown.table(
        ["Folder", "What it does"],
        pieces.map { ["`Sources/\($0.name)`", Markdown.escape($0.task)] }),
      "usage": design.transports.map(\.usage).joined(separator: "\n"),
      "variables": Markdown.table(
        ["Variable", "Default", "Meaning"],
        variables.map { variable in
          [
            "`\(variable.name)`", value(variable).isEmpty ? "–" : "`\(value(variable))`",
            variable.meaning,
          ]
        }),
      "defaults": Markdown.table(
        ["Requirement", "Value", "Became"],
        design.settings.origins.map { ["`\($0.fact)`", "`\($0.value)`", $0.effect] }),
      "start": start,
      "nodes": design.engine.nodes,
      "more-nodes": design.engine.moreNodes.map { "\n\($0)" } ?? "",
      "ignored": design.engine.ignored.joined(separator: "\n"),
      "environment": design.engine.containerEnvironment.map { "      \($0)" }
        .joined(separator: "\n"),
      "replicas": design.engine.replicas.map { "    deploy: { replicas: \($0) }" } ?? "",
      "depends": dependsOn,
      "service": design.engine.service.map { Self.lines($0.container, indent: 2) } ?? "",
      "upstream": Self.lines(design.engine.upstream ?? "server app:8080;", indent: 4),
      "next-node": design.engine.proxy.map { Self.lines($0, indent: 4) } ?? "",
      "open-files": "\(design.settings.maximumConnections + 1000)",
      "max-body": "\(design.settings.maximumBody)",
      "proxy-connections": "\(proxyConnections)",
      "proxy-files": "\(proxyConnections + 1000)",
      "locations": locations,
      "volume": design.engine.volume.map { "    volumes: [\"\($0)\"]" } ?? "",
      "volumes": volumes,
      "data-folder": design.engine.volume == nil ? "" : "RUN mkdir data && chown app data",
      "build-packages": install(libraries.map(\.developmentPackage)),
      "runtime-packages": install(libraries.map(\.runtimePackage)),
      "packages": testPackages.isEmpty
        ? ""
        : "      - run: apt-get update && apt-get install -y "
          + testPackages.joined(separator: " "),
    ]
  }

  private var testPackages: [String] {
    libraries.map(\.developmentPackage) + [design.engine.service?.debianPackage].compactMap { $0 }
  }

  /// A line for each setting, with its default.
  var environmentExample: String {
    "# For compose, which sets HOST and PORT itself: copy to .env. A line that is commented out shows the value\n"
      + "# that holds without it or, where compose.yaml has another, that of the server alone.\n"
      + variables.map { variable in
        "# \(variable.name)=\(value(variable))\n"
      }.joined()
  }

  private var variables: [Pieces.Variable] {
    // First what everyone sets.
    (pieces.filter { $0.name == "WebServer" } + pieces.filter { $0.name != "WebServer" })
      .flatMap(\.variables)
  }

  private func value(_ variable: Pieces.Variable) -> String {
    design.settings.fill(variable.defaultText)
  }

  private var fallbacks: String {
    let titles = design.fallbacks.map(\.title)
    guard let last = titles.last else { return "" }
    let list = titles.count > 1 ? titles.dropLast().joined(separator: ", ") + " or " + last : last
    return ", and by \(list) where a network does not carry that"
  }

  /// A command for the README, in line with those below it.
  private var start: String {
    guard let start = design.engine.service?.start else { return "" }
    return "\(start)  # in another terminal, unless one runs; tests start their own"
  }

  private var libraryNote: String {
    let libraries = libraries.map { "\($0.name) (`apt-get install \($0.developmentPackage)`)" }
    let service = design.engine.service.map { "\($0.name) (`apt-get install \($0.debianPackage)`)" }
    let needs = libraries + [service].compactMap { $0 }
    return needs.isEmpty ? "" : ", and " + needs.joined(separator: ", and ")
  }

  /// A client's own and one to the server, and some to spare.
  private var proxyConnections: Int { 2 * design.settings.maximumConnections + 100 }

  private var locations: String {
    Self.lines(design.transports.compactMap(\.proxy).joined(), indent: 4)
  }

  private var volumes: String {
    let own = design.engine.volume.map { String($0.prefix { $0 != ":" }) }
    let names = [own, design.engine.service?.volume].compactMap { $0 }
    return names.isEmpty ? "" : "volumes:\n" + names.map { "  \($0):" }.joined(separator: "\n")
  }

  /// Nodes come after it and, more to the point, leave before it.
  private var dependsOn: String {
    guard let service = design.engine.service else { return "" }
    return "    depends_on: [\(service.container.prefix { $0 != ":" })]"
  }

  private static func lines(_ text: String, indent: Int) -> String {
    text.split(separator: "\n").map { String(repeating: " ", count: indent) + $0 }
      .joined(separator: "\n")
  }

  private func install(_ packages: [String]) -> String {
    packages.isEmpty
      ? ""
      : "RUN apt-get update && apt-get install -y --no-install-recommends "
        + "\(packages.joined(separator: " ")) && rm -rf /var/lib/apt/lists/*"
  }
}
