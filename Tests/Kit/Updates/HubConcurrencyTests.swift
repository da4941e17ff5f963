import Conformance
import TestSupport
import Testing
import Updates

/// Joining and speaking on many threads; each client must see its part of one order.
@Suite(.timeLimit(.minutes(10))) struct HubConcurrencyTests {
  private let room = Topic.named("room")
  private let speakers = 4
  private let texts = 100

  @Test(arguments: [1, 2, 3, 4, 5] as [UInt64])
  func nothingIsMissedOrTwiceHoweverManyJoinWhileOthersSpeak(seed: UInt64) async throws {
    var generator = SeededGenerator(seed: seed)
    let kinds = (0..<200).map { _ in Int.random(in: 0...3, using: &generator) }
    try await Stage.with { stage in
      try await withThrowingTaskGroup(of: Void.self) { group in
        for speaker in 0..<speakers {
          group.addTask { [room, texts] in
            for number in 0..<texts {
              stage.fanOut.say("\(speaker) \(number)", on: room)
              await Task.yield()
            }
          }
        }
        for (index, kind) in kinds.enumerated() {
          group.addTask { [room] in
            let start: Start =
              switch kind {
              case 0: .now
              case 1: .earliest
              case 2: .after(room.place(0))
              default: .after(stage.fanOut.last(on: room))
              }
            stage.enter(room, from: start, on: Stage.loops[index % Stage.loops.count])
            await Task.yield()
          }
        }
        try await group.waitForAll()
      }
      let last = speakers * texts + 1
      for client in stage.clients { try await client.placed() }
      stage.fanOut.say("last", on: room)
      #expect(stage.clients.count == kinds.count)
      for client in stage.clients {
        try await client.reached(last)
        let entries = client.journal.entries
        let place = try #require(try await client.placed())
        #expect(entries.first == .place(place, isReset: false))
        #expect(client.numbers == Array((place + 1)..<(last + 1)))
      }
    }
  }

  @Test func nothingIsMissedOrTwiceHoweverOftenAClientStopsReading() async throws {
    try await Stage.with { stage in
      for index in 0..<20 {
        stage.enter(
          room, from: .earliest, room: 100 * index, on: Stage.loops[index % Stage.loops.count])
      }
      for client in stage.clients { try await client.placed() }
      let clients = stage.clients
      try await withThrowingTaskGroup(of: Void.self) { group in
        for speaker in 0..<speakers {
          group.addTask { [room, texts] in
            for number in 0..<texts {
              stage.fanOut.say("\(speaker) \(number)", on: room)
              await Task.yield()
            }
          }
        }
        for (index, client) in clients.enumerated() {
          group.addTask {
            for _ in 0..<50 { try await stage.drain(client, room: 20 * index) }
          }
        }
        try await group.waitForAll()
      }
      try await stage.settle()
      for client in clients {
        try await stage.drain(client)
        #expect(client.numbers == Array(1...(speakers * texts)))
      }
    }
  }
}
