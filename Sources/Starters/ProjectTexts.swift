import Reports

/// The values of the places in the templates of one project.
struct ProjectTexts {
  let design: Design
  let all: Pieces

  private var pieces: [Pieces.Piece] { design.pieces(all) }
  private var libraries: [Pieces.Library] { pieces.compactMap(\.library) }

  /// Of `Public/index.html`.
  var page: [String: String] {
    [
      "title": Escapes.html(design.name),
      "summary": design.summary.map { "    <p class=\"summary\">\(Escapes.html($0))</p>" } ?? "",
      "transport": design.transport.id,
      "interval": "\(design.settings.pollMilliseconds)",
    ]
  }

  /// Of all other templates.
  var values: [String: String] {
    [
      "name": design.name,
      "summary": design.summary.map(Markdown.escape) ?? "",
      "transport-title": design.transport.title,
      "fallback-titles": fallbacks,
      "fan-out-title": design.engine.fanOut,
      "engine-title": design.engine.title,
      "library-note": libraryNote,
      "read-first": design.transport.readFirst,
      "pieces": Markdown.table(
        ["Folder", "What it does"],
        pieces.map { ["`Sources/\($0.name)`", Markdown.escape($0.task)] }),
      "usage": design.transports.map { usage[$0.id] ?? "" }.joined(separator: "\n"),
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
    design.fallbacks.isEmpty
      ? ""
      : ", and to those whose network does not carry that by "
        + design.fallbacks.map { "\($0.title) (`transport: '\($0.id)'`)" }.joined(separator: ", ")
  }

  private var libraryNote: String {
    libraries.isEmpty
      ? ""
      : ", and "
        + libraries.map { "\($0.name) (`apt-get install \($0.developmentPackage)`)" }
        .joined(separator: ", ")
  }

  private let usage = [
    "sse": "curl -N http://127.0.0.1:8080/topics/demo/events                # follow",
    "polling": "curl 'http://127.0.0.1:8080/topics/demo/updates?after=earliest'    # read",
  ]

  private var volumes: String {
    guard let volume = design.engine.volume else { return "" }
    let name = volume.prefix { $0 != ":" }
    return "    volumes: [\"\(volume)\"]\nvolumes:\n  \(name):"
  }

  private func install(_ packages: [String]) -> String {
    packages.isEmpty
      ? ""
      : "RUN apt-get update && apt-get install -y --no-install-recommends "
        + "\(packages.joined(separator: " ")) && rm -rf /var/lib/apt/lists/*"
  }
}
