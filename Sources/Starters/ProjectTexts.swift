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
      "nodes": design.engine.nodes,
      "environment": design.engine.containerEnvironment.map { "      \($0)" }
        .joined(separator: "\n"),
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
      "packages": libraries.isEmpty
        ? ""
        : "      - run: apt-get update && apt-get install -y "
          + libraries.map(\.developmentPackage).joined(separator: " "),
    ]
  }

  /// A line for each setting, with its default.
  var environmentExample: String {
    "# For compose: copy to .env. A line that is commented out shows the value that holds without it.\n"
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

  private var libraryNote: String {
    libraries.isEmpty
      ? ""
      : ", and "
        + libraries.map { "\($0.name) (`apt-get install \($0.developmentPackage)`)" }
        .joined(separator: ", ")
  }

  /// A client's own and one to the server, and some to spare.
  private var proxyConnections: Int { 2 * design.settings.maximumConnections + 100 }

  private var locations: String {
    design.transports.compactMap(\.proxy).joined().split(separator: "\n").map { "    " + $0 }
      .joined(separator: "\n")
  }

  private var volumes: String {
    guard let volume = design.engine.volume else { return "" }
    return "volumes:\n  \(volume.prefix { $0 != ":" }):"
  }

  private func install(_ packages: [String]) -> String {
    packages.isEmpty
      ? ""
      : "RUN apt-get update && apt-get install -y --no-install-recommends "
        + "\(packages.joined(separator: " ")) && rm -rf /var/lib/apt/lists/*"
  }
}
