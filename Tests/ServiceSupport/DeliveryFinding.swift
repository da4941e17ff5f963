/// Where what clients received contradicts what was promised.
package struct DeliveryFinding: Hashable, Sendable, CustomStringConvertible {
  package enum Kind: String, CaseIterable, Sendable {
    /// Acknowledged, and a client that was there at the end did not get it. If no client is named,
    /// nobody got it.
    case lost
    /// A client got it again without a reset in between.
    case twice
    /// Two clients saw two updates in different orders.
    case clientsDisagree
    /// No two clients contradict each other, and yet there is no order that fits all.
    case noCommonOrder
    /// A publisher's later update came before an earlier one.
    case publisherDisordered
    /// Nobody published it.
    case unknown
    case wrongData
    /// A client went on behind it without having got it and without a reset.
    case gap
    /// Two updates were acknowledged with one id.
    case idReused
  }

  package var kind: Kind
  package var topic: String
  package var clients: [String]
  package var ids: [String]

  package init(_ kind: Kind, topic: String, clients: [String] = [], ids: [String] = []) {
    self.kind = kind
    self.topic = topic
    self.clients = clients
    self.ids = ids
  }

  package var description: String {
    "\(kind.rawValue) on \(topic): clients \(clients.joined(separator: ", ")), "
      + "updates \(ids.joined(separator: ", "))"
  }
}
