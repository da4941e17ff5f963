import Testing
import Updates

extension FanOutConformance {
  func aPlaceThatIsNotKeptIsAReset() async throws {
    let (topic, other) = (try topic(), try topic("other"))
    let foreign = try await withRunning { try await publish(6, on: topic, to: $0) }
    try await withRunning(HistoryLimits(size: 3, seconds: nil)) { fanOut in
      let cursors = try await publish(6, on: topic, to: fanOut)
      let elsewhere = try await publish(1, on: other, to: fanOut)
      let unknown = ["1", "-", "0-0-0", "earliest"].compactMap(Cursor.init) + [Cursor.unknown]
      let places = Array(cursors[..<2]) + elsewhere + foreign + unknown
      for place in places {
        let page = try await fanOut.page(of: topic, from: .after(place), limit: 2)
        #expect(page.isReset, "\(place)")
        #expect(page.start == cursors[2])
        #expect(page.updates.map(\.id) == Array(cursors[3..<5]))
        #expect(page.next == cursors[4])
      }
      for index in 2..<6 {
        let page = try await fanOut.page(of: topic, from: .after(cursors[index]), limit: 10)
        #expect(!page.isReset)
        #expect(page.start == cursors[index])
        #expect(page.updates.map(\.id) == Array(cursors[(index + 1)...]))
        #expect(page.next == cursors[5])
      }
    }
  }

  func theLastPlaceOutlivesTheUpdates() async throws {
    let topic = try topic()
    try await withRunning(HistoryLimits(size: nil, seconds: 60)) { fanOut in
      let cursors = try await publish(2, on: topic, to: fanOut)
      clock.advance(by: 61)
      let empty = try await fanOut.page(of: topic, from: .after(cursors[1]), limit: 10)
      #expect(
        empty == Page(start: cursors[1], updates: [], next: cursors[1], isReset: false))
      let new = try await fanOut.publish(Draft(topic: topic, data: "new"))
      let page = try await fanOut.page(of: topic, from: .after(cursors[1]), limit: 10)
      #expect(!page.isReset)
      #expect(page.updates.map(\.id) == [new])
      let missed = try await fanOut.page(of: topic, from: .after(cursors[0]), limit: 10)
      #expect(missed.isReset)
      #expect(missed.start == cursors[1])
      #expect(missed.updates.map(\.id) == [new])
    }
  }

  func pagesJoinToTheWhole() async throws {
    let topic = try topic()
    try await withRunning { fanOut in
      let cursors = try await publish(25, on: topic, to: fanOut)
      for limit in [1, 4, 25, 100] {
        var page = try await fanOut.page(of: topic, from: .earliest, limit: limit)
        var all: [Cursor] = []
        for _ in cursors where !page.updates.isEmpty {
          #expect(page.updates.count <= limit)
          #expect(page.next == page.updates.last?.id)
          all += page.updates.map(\.id)
          let next = try await fanOut.page(of: topic, from: .after(page.next), limit: limit)
          #expect(next.start == page.next)
          #expect(!next.isReset)
          page = next
        }
        #expect(all == cursors)
        #expect(page.updates.isEmpty)
        #expect(page.next == cursors[24])
      }
    }
  }

  func nowIsAPlace() async throws {
    let topic = try topic()
    try await withRunning { fanOut in
      let cursors = try await publish(3, on: topic, to: fanOut)
      let now = try await fanOut.page(of: topic, from: .now, limit: 10)
      #expect(now == Page(start: cursors[2], updates: [], next: cursors[2], isReset: false))
      let new = try await fanOut.publish(Draft(topic: topic, data: "new"))
      let page = try await fanOut.page(of: topic, from: .after(now.next), limit: 10)
      #expect(page.updates.map(\.id) == [new])
    }
  }

  func aTopicWithoutUpdatesHasAPlace() async throws {
    let (topic, other) = (try topic(), try topic("other"))
    try await withRunning { fanOut in
      _ = try await publish(3, on: other, to: fanOut)
      let feed = RecordingFeed()
      try await fanOut.follow(topic, into: feed)
      let history = try #require(feed.history(of: topic))
      #expect(history.isEmpty)
      let before = try await fanOut.page(of: topic, from: .after(history.last), limit: 10)
      #expect(before.updates.isEmpty)
      #expect(!before.isReset)
      let first = try await fanOut.publish(Draft(topic: topic, data: "one"))
      try await fanOut.refresh(topic)
      #expect(feed.updates(of: topic).map(\.id) == [first])
      let after = try await fanOut.page(of: topic, from: .after(history.last), limit: 10)
      #expect(after.updates.map(\.id) == [first])
      #expect(!after.isReset)
    }
  }

  func aForgottenTopicTakesNoCursorFromBefore() async throws {
    let topics = try (1...4).map { try topic("room \($0)") }
    let limits = HistoryLimits(size: nil, seconds: nil, topics: 3)
    try await withRunning(limits) { fanOut in
      var cursors: [Cursor] = []
      for topic in topics {
        cursors.append(try await fanOut.publish(Draft(topic: topic, data: "one")))
      }
      for (topic, cursor) in zip(topics, cursors).dropFirst().reversed() {
        let page = try await fanOut.page(of: topic, from: .after(cursor), limit: 10)
        #expect(!page.isReset, "\(topic)")
        #expect(page.updates.isEmpty)
      }
      let new = try await fanOut.publish(Draft(topic: topics[0], data: "two"))
      let page = try await fanOut.page(of: topics[0], from: .after(cursors[0]), limit: 10)
      #expect(page.isReset)
      #expect(page.updates.map(\.id) == [new])
    }
  }
}
