/// What a project is generated for: the decided design, and what the requirements say of its settings.
package struct Design: Sendable {
  package var name: String
  package var summary: String?
  package var transport: Pieces.Transport
  /// In the order in which a client would try them.
  package var fallbacks: [Pieces.Transport]
  package var engine: Pieces.Engine
  package var settings: Settings

  package init(
    name: String, summary: String?, transport: Pieces.Transport, fallbacks: [Pieces.Transport],
    engine: Pieces.Engine, settings: Settings
  ) {
    self.name = name
    self.summary = summary
    self.transport = transport
    self.fallbacks = fallbacks
    self.engine = engine
    self.settings = settings
  }

  var transports: [Pieces.Transport] { [transport] + fallbacks }

  /// All pieces, those first that others need.
  func pieces(_ all: Pieces) -> [Pieces.Piece] {
    var wanted = Set(all.appPieces + transports.map(\.piece) + engine.pieces)
    // In the file, too, what a piece needs stands before it.
    for piece in all.pieces.reversed() where wanted.contains(piece.name) {
      wanted.formUnion(piece.pieces)
    }
    return all.pieces.filter { wanted.contains($0.name) }
  }
}
