/// Renders `tidings.lock`: what was generated, from what, and as which bytes.
struct Lock {
  static let path = "tidings.lock"

  let design: Design
  let version: String
  let requirements: String
  let files: [Plan.File]

  var text: String {
    let files = files.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
    return """
      # What was generated, and from what. The hashes are SHA-256 of each file as it was generated.
      tidings: \(version)
      requirements: \(SHA256.hexadecimal(requirements))
      transport: \(design.transport.id)
      fallbacks: [\(design.fallbacks.map(\.id).joined(separator: ", "))]
      fan-out: \(design.engine.fanOut)
      engine: \(design.engine.id)
      files:
      \(files.map { "  \($0.path): \(SHA256.hexadecimal($0.text))\n" }.joined())
      """
  }
}
