import Foundation
import ServiceSupport
import Testing

extension OnRedis {
  @Suite struct OrderTests {
    /// Set for a long run.
    private static let deliveries =
      ProcessInfo.processInfo.environment["DELIVERIES"].flatMap { Int($0) } ?? 12_000
    private static let readers = 2

    @Test func clientsOfAllTransportsAtAllNodesSeeOneOrder() async throws {
      try await Cluster.run { cluster in
        let count = TransportKind.allCases.count * cluster.members.count * Self.readers
        let number = 6
        let updates = Self.deliveries / (count * number) + 1
        let traffic = try await Traffic.run(
          on: cluster, readers: Self.readers,
          publishers: Publishers(count: number, updates: updates))
        // And the last one.
        let total = number * updates + 1
        #expect(traffic.followers.count == count)
        #expect(traffic.deliveries == count * total)
        #expect(traffic.deliveries >= Self.deliveries)
        #expect(traffic.refusals == 0)
        #expect(traffic.streamsStayed)
        let orders = Set(traffic.followers.map(\.reader.ids))
        #expect(orders.count == 1)
      }
    }

    /// A node may learn of an update a moment after another; whoever comes to it then misses nothing of what is
    /// published later.
    @Test func whoComesWithoutAPlaceGetsAllThatIsPublishedLaterAnywhere() async throws {
      try await Cluster.run { cluster in
        for round in 0..<10 {
          let publisher = cluster.members[round % cluster.members.count]
          _ = try await publisher.publish("room", "before \(round)")
          for (number, member) in cluster.members.enumerated() {
            let transport = TransportKind.allCases[(round + number) % TransportKind.allCases.count]
            let client = try await transport.connect("room", port: member.port)
            guard case .place = try await client.nextNews() else {
              Issue.record("\(transport) at \(number) is told no place")
              continue
            }
            let id = try await publisher.publish("room", "after \(round) \(number)")
            var update = try await client.nextUpdates(1)[0]
            if update.data == "before \(round)" { update = try await client.nextUpdates(1)[0] }
            #expect(update.id == id, "\(transport) at \(number)")
            client.close()
          }
        }
      }
    }
  }
}
