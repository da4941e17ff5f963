import ServiceSupport
import Testing

/// Requests that are held until there is news.
@Suite(.timeLimit(.minutes(10))) struct LongPollingTests {
  @Test func allWhoWaitAreWokenByOneUpdateWithTheSamePage() async throws {
    try await Node.run { node in
      let place = try await node.publish("room", "before")
      var askers: [PageConnection] = []
      for _ in 0..<30 {
        let asker = try await node.askForPages()
        asker.ask("room", after: place, wait: "50")
        askers.append(asker)
      }
      try await node.waitForListeners(askers.count)
      let id = try await node.publish("room", "news")
      var bodies: Set<[UInt8]> = []
      for asker in askers {
        let response = try await asker.response(within: .seconds(40))
        bodies.insert(response.body)
        let page = try HTTPRequester.PageJSON(response)
        #expect(page == .init(updates: [.init(id: id, data: "news")], next: id, reset: false))
      }
      #expect(bodies.count == 1)
      try await node.waitForListeners(0)
    }
  }

  @Test func whatCameInOneBurstIsOnePage() async throws {
    let gate = Gate()
    try await Node.run(engine: .gated(gate)) { node in
      let place = try await node.publish("room", "before")
      let asker = try await node.askForPages()
      let short = try await node.askForPages()
      asker.ask("room", after: place, wait: "50")
      short.ask("room", after: place, wait: "50", limit: 2)
      try await node.waitForListeners(2)
      gate.holdDeliveries()
      var ids: [String] = []
      for number in 0..<5 { ids.append(try await node.publish("room", "\(number)")) }
      #expect(try await node.metric("streams") == 2)
      gate.releaseDeliveries()
      let page = try await asker.page()
      #expect(page.updates.map(\.id) == ids)
      #expect(page.next == ids.last)
      // Who wants fewer gets the rest with the next requests, which are not held.
      var rest: [String] = []
      var sizes: [Int] = []
      while rest.count < ids.count {
        let page = try await short.page(within: .seconds(40))
        sizes.append(page.updates.count)
        rest += page.updates.map(\.id)
        #expect(page.next == rest.last)
        short.ask("room", after: page.next, wait: "50", limit: 2)
      }
      #expect(sizes == [2, 2, 1])
      #expect(rest == ids)
    }
  }

  @Test func whatIsThereAlreadyIsAnsweredAtOnceAsByPolling() async throws {
    try await Node.run { node in
      var ids: [String] = []
      for number in 0..<10 { ids.append(try await node.publish("room", "\(number)")) }
      let asker = try await node.askForPages()
      for (after, limit) in [("earliest", 3), (ids[2], 3), (ids[5], 1000), (ids[8], nil)] {
        var answers: [HTTPResponse] = []
        for wait in [nil, "50"] as [String?] {
          asker.ask("room", after: after, wait: wait, limit: limit)
          answers.append(try await asker.response(within: .seconds(40)))
        }
        #expect(answers[0].status == 200)
        #expect(answers[0].body == answers[1].body, "\(after)")
        #expect(answers[0]["ETag"] == answers[1]["ETag"], "\(after)")
      }
    }
  }

  /// A request that comes in the same moment as an update gets it, or waits for the next.
  @Test func nothingFallsBetweenTheReadingAndTheWaiting() async throws {
    try await Node.run { node in
      let total = 300
      let place = try await node.publish("room", "before")
      async let publishing: Void = {
        for number in 0..<total { _ = try await node.publish("room", "\(number)") }
      }()
      let read = try await withThrowingTaskGroup(of: [String].self) { tasks in
        for _ in 0..<10 {
          tasks.addTask {
            let asker = try await node.askForPages()
            var data: [String] = []
            var next = place
            while data.count < total {
              asker.ask("room", after: next, wait: "")
              let page = try await asker.page()
              #expect(!page.reset)
              data += page.updates.map(\.data)
              next = page.next
            }
            return data
          }
        }
        return try await tasks.reduce(into: [[String]]()) { $0.append($1) }
      }
      try await publishing
      let expected = (0..<total).map(String.init)
      #expect(read.allSatisfy { $0 == expected })
    }
  }

  @Test func withoutAPlaceItWaitsForWhatComesFromNowOn() async throws {
    try await Node.run { node in
      _ = try await node.publish("room", "before")
      let asker = try await node.askForPages()
      asker.ask("room", wait: "50")
      try await node.waitForListeners(1)
      let id = try await node.publish("room", "news")
      #expect(try await asker.page().updates.map(\.id) == [id])
    }
  }

  // MARK: The connection

  @Test func oneConnectionServesAHundredPolls() async throws {
    try await Node.run { node in
      var place = try await node.publish("room", "before")
      let asker = try await node.askForPages()
      for number in 0..<100 {
        asker.ask("room", after: place, wait: number.isMultiple(of: 10) ? "0" : "50")
        // Held, answered at once and empty, in turn.
        if number % 3 == 0 { try await node.waitForListeners(number.isMultiple(of: 10) ? 0 : 1) }
        if number.isMultiple(of: 10) {
          let page = try await asker.page()
          #expect(page == .init(updates: [], next: place, reset: false))
          continue
        }
        let id = try await node.publish("room", "\(number)")
        let page = try await asker.page(within: .seconds(40))
        #expect(page.updates == [.init(id: id, data: "\(number)")])
        place = id
      }
      #expect(try await node.metric("streams") == 0)
    }
  }

  @Test func betweenPollsAConnectionServesWhateverElseIsAsked() async throws {
    try await Node.run { node in
      var place = try await node.publish("room", "before")
      let asker = try await node.askForPages()
      for number in 0..<5 {
        asker.request("GET", "/health/live")
        #expect(try await asker.response().status == 200)
        asker.ask("room", after: place, wait: "50")
        try await node.waitForListeners(1)
        place = try await node.publish("room", "\(number)")
        #expect(try await asker.page().next == place)
        asker.http.send(
          "POST /topics/room/updates HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n\r\nx")
        #expect(try await asker.response().status == 201)
        asker.ask("room", after: place)
        place = try await asker.page().next
      }
      asker.request("GET", "/topics/room/events")
      _ = try await asker.http.text(containing: "retry: ")
    }
  }

  @Test func whatIsAskedBehindAHeldRequestIsAnsweredAfterIt() async throws {
    try await Node.run { node in
      let place = try await node.publish("room", "before")
      let asker = try await node.askForPages()
      asker.ask("room", after: place, wait: "50")
      asker.request("GET", "/health/live")
      asker.ask("room", after: place, wait: "50")
      asker.request("GET", "/nothing")
      try await node.waitForListeners(1)
      #expect(asker.http.bytes.isEmpty)
      let id = try await node.publish("room", "news")
      #expect(try await asker.page().next == id)
      let live = try await asker.response()
      #expect(live.status == 200)
      #expect(live.body.isEmpty)
      #expect(try await asker.page().next == id)
      #expect(try await asker.response().status == 404)
    }
  }

  @Test func whoLeavesWhileWaitingIsForgotten() async throws {
    try await Node.run { node in
      let place = try await node.publish("room", "before")
      var askers: [PageConnection] = []
      for _ in 0..<9 {
        let asker = try await node.askForPages()
        asker.ask("room", after: place, wait: "50")
        askers.append(asker)
      }
      try await node.waitForListeners(9)
      for (number, asker) in askers.enumerated() {
        switch number % 3 {
        case 0: asker.close()
        case 1: asker.reset()
        default: asker.http.endSending()
        }
      }
      try await node.waitForListeners(0)
      // The connection of this very request.
      try await node.waitUntil("connections", is: 1)
      let again = try await node.askForPages()
      again.ask("room", after: place, wait: "50")
      try await node.waitForListeners(1)
      let id = try await node.publish("room", "news")
      #expect(try await again.page().next == id)
    }
  }
}
