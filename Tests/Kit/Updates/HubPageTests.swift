import Conformance
import Testing
import Updates

@Suite(.timeLimit(.minutes(10))) struct HubPageTests {
  private let room = Topic.named("room")

  @Test func aPollGetsWhatCameAfterItsPlace() async throws {
    try await Stage.with { stage in
      for number in 1...5 { stage.fanOut.keep("\(number)", on: room) }
      let page = try await stage.hub.page(of: room, from: .after(room.place(1)), limit: 3)
      #expect(page.start == room.place(1))
      #expect(page.updates == (2...4).map { room.update($0) })
      #expect(page.next == room.place(4))
      #expect(!page.isReset)
      let rest = try await stage.hub.page(of: room, from: .after(page.next), limit: 3)
      #expect(rest.updates == [room.update(5)])
      let none = try await stage.hub.page(of: room, from: .after(rest.next), limit: 3)
      #expect(
        none == Page(start: room.place(5), updates: [], next: room.place(5), isReset: false))
      #expect(stage.fanOut.requests.entries == [.follow(room)])
    }
  }

  @Test func aPollWithoutAPlaceIsToldWhereNowIs() async throws {
    try await Stage.with { stage in
      stage.fanOut.keep("1", on: room)
      let page = try await stage.hub.page(of: room, from: .now, limit: 10)
      #expect(
        page == Page(start: room.place(1), updates: [], next: room.place(1), isReset: false))
      stage.fanOut.say("2", on: room)
      let next = try await stage.hub.page(of: room, from: .after(page.next), limit: 10)
      #expect(next.updates == [room.update(2)])
    }
  }

  @Test(arguments: [Int.min, -1, 0])
  func aLimitBelowOneCountsAsOne(limit: Int) async throws {
    try await Stage.with { stage in
      for number in 1...3 { stage.fanOut.keep("\(number)", on: room) }
      let page = try await stage.hub.page(of: room, from: .earliest, limit: limit)
      #expect(page.updates == [room.update(1)])
    }
  }

  @Test func aPlaceThatIsNotKeptIsAReset() async throws {
    try await Stage.with { stage in
      for number in 1...4 { stage.fanOut.keep("\(number)", on: room) }
      stage.fanOut.drop(2, on: room)
      for place in [room.place(1), Cursor.unknown] {
        let page = try await stage.hub.page(of: room, from: .after(place), limit: 1)
        #expect(
          page
            == Page(
              start: room.place(2), updates: [room.update(3)], next: room.place(3), isReset: true))
      }
    }
  }

  @Test func whatIsOlderThanMemoryComesFromTheFanOut() async throws {
    try await Stage.with { stage in
      for number in 1...100 { stage.fanOut.keep("\(number)", on: room) }
      stage.fanOut.leaveOut(90, on: room)
      let oldest = try await stage.hub.page(of: room, from: .earliest, limit: 5)
      #expect(oldest.updates == (1...5).map { room.update($0) })
      let older = try await stage.hub.page(of: room, from: .after(room.place(50)), limit: 5)
      #expect(older.updates == (51...55).map { room.update($0) })
      #expect(!oldest.isReset)
      #expect(!older.isReset)
    }
  }

  @Test func aPlaceAheadOfThisNodeIsAskedForByRefresh() async throws {
    try await Stage.with { stage in
      _ = try await stage.hub.page(of: room, from: .now, limit: 1)
      stage.fanOut.keep("1", on: room)
      let page = try await stage.hub.page(of: room, from: .after(room.place(1)), limit: 10)
      #expect(
        page == Page(start: room.place(1), updates: [], next: room.place(1), isReset: false))
      #expect(stage.fanOut.requests.entries == [.follow(room), .refresh(room)])
    }
  }

  @Test(arguments: [Refusal.full, .unavailable])
  func aRefusalIsHandedOn(refusal: Refusal) async throws {
    try await Stage.with { stage in
      stage.fanOut.refuse(refusal)
      await #expect(throws: refusal) {
        try await stage.hub.page(of: room, from: .now, limit: 1)
      }
      await #expect(throws: refusal) {
        try await stage.hub.publish(Draft(topic: room, data: "1"))
      }
      stage.fanOut.refuse(nil)
      let cursor = try await stage.hub.publish(Draft(topic: room, data: "1"))
      let page = try await stage.hub.page(of: room, from: .earliest, limit: 1)
      #expect(page.updates.map(\.id) == [cursor])
    }
  }

  /// Its request is gone, so the engine may refuse it; the others still want their topic.
  @Test func aPollThatIsGivenUpTakesNothingFromTheOthers() async throws {
    try await Stage.with { stage in
      let gate = Gate()
      stage.fanOut.hold(gate)
      let given = Task { [room] in try await stage.hub.page(of: room, from: .now, limit: 1) }
      try await stage.fanOut.requests.wait { !$0.isEmpty }
      let client = stage.enter(room)
      for _ in 0..<100 { try await stage.settle() }
      given.cancel()
      gate.open()
      _ = await given.result
      try await client.journal.wait { !$0.isEmpty }
      try await stage.say("1", on: room)
      #expect(client.journal.entries == [.place(0, isReset: false), .wrote([1])])
    }
  }
}
