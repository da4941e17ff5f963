/// Renders `Package.swift`.
struct Manifest {
  let design: Design
  let all: Pieces

  var text: String {
    let pieces = design.pieces(all)
    let tests = Dependencies(pieces: ["App", "Updates"], products: all.testProducts)
    let app = Dependencies(
      pieces: pieces.filter { !$0.isSystemLibrary }.map(\.name), products: all.appProducts)
    var targets = [target("executableTarget", "App", app)]
    targets += pieces.map { piece in
      let dependencies = Dependencies(pieces: piece.pieces, products: piece.products)
      return systemLibrary(piece) ?? target("target", piece.name, dependencies)
    }
    targets.append(target("testTarget", "AppTests", tests))
    return """
      // swift-tools-version: 6.2
      import PackageDescription

      let package = Package(
        name: \(Escapes.swift(design.name)),
        platforms: [.macOS(.v15)],
        dependencies: [
      \(packages(pieces).map { "    \($0),\n" }.joined())  ],
        targets: [
      \(targets.map { "    \($0),\n" }.joined())  ],
        swiftLanguageModes: [.v6]
      )

      """
  }

  private struct Dependencies {
    var pieces: [String]
    var products: [Pieces.Product]

    var all: [String] {
      pieces.sorted().map { "\"\($0)\"" }
        + products.map { ".product(name: \"\($0.name)\", package: \"\($0.package)\")" }
    }

    /// As many on a line as fit.
    func lines(width: Int) -> [String] {
      all.reduce(into: [String]()) { lines, item in
        if let last = lines.last, last.count + item.count + 2 <= width {
          lines[lines.count - 1] = last + ", " + item
        } else {
          lines.append(item)
        }
      }
    }
  }

  private func packages(_ pieces: [Pieces.Piece]) -> [String] {
    let products = all.appProducts + all.testProducts + pieces.flatMap(\.products)
    let used = Set(products.map(\.package))
    return all.packages.filter { used.contains($0.name) }
      .map { ".package(url: \"\($0.url)\", from: \"\($0.version)\")" }
  }

  private func systemLibrary(_ piece: Pieces.Piece) -> String? {
    guard let library = piece.library, let brew = library.homebrewPackage else { return nil }
    let apt = library.developmentPackage
    return """
      .systemLibrary(
            name: "\(piece.name)", providers: [.apt(["\(apt)"]), .brew(["\(brew)"])])
      """
  }

  private func target(_ kind: String, _ name: String, _ dependencies: Dependencies) -> String {
    if dependencies.all.isEmpty { return ".\(kind)(name: \"\(name)\")" }
    let together = dependencies.all.joined(separator: ", ")
    let short = ".\(kind)(name: \"\(name)\", dependencies: [\(together)])"
    if short.count + 5 <= 100 { return short }
    let list = dependencies.lines(width: 90).map { "        \($0),\n" }.joined()
    return """
      .\(kind)(
            name: "\(name)",
            dependencies: [
      \(list)      ])
      """
  }
}
