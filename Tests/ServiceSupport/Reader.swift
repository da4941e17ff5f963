/// One reader of a topic, who keeps a place whatever connects it, and tells the ledger.
package struct Reader: Sendable {
  package let name: String
  private let ledger: Ledger
  package private(set) var cursor: String?
  /// Ids of all that came.
  package private(set) var ids: [String] = []
  package private(set) var last: String?
  package private(set) var resets = 0
  /// The code of the end, if there was one.
  package private(set) var bye: Int??

  package init(_ name: String, _ ledger: Ledger, at cursor: String? = nil) {
    self.name = name
    self.ledger = ledger
    self.cursor = cursor
  }

  package mutating func take(_ news: News) {
    switch news {
    case .place(let place): cursor = place ?? cursor
    case .reset(let place):
      cursor = place ?? cursor
      resets += 1
      ledger.reset(of: name)
    case .update(let update):
      cursor = update.id
      ids.append(update.id)
      last = update.data
      ledger.received(update, by: name)
    case .bye(let code): bye = .some(code)
    }
  }

  /// Takes what comes until there are so many updates, or the server ends it.
  package mutating func read(_ client: any TransportClient, until count: Int) async throws {
    bye = nil
    while ids.count < count, bye == nil { take(try await client.nextNews()) }
  }

  /// The same until an update with this data.
  package mutating func read(_ client: any TransportClient, until data: String) async throws {
    bye = nil
    while last != data, bye == nil { take(try await client.nextNews()) }
  }

  /// Connects, is told its place, which must be an update, and begins with what comes after it.
  package mutating func begin(_ client: any TransportClient) async throws {
    guard case .place(let place?) = try await client.nextNews() else {
      throw ServiceFailure("\(name) is told no place")
    }
    cursor = place
    ledger.begins(name, at: .after(place))
  }
}
