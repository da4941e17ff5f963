import ServiceSupport
import Testing
import WebServer

/// The delivery promise, on one node, over the real transports.
@Suite struct DeliveryTests {
  @Test(arguments: [StreamConnection.Output.descriptor, .channel])
  func allClientsSeeOneOrder(_ output: StreamConnection.Output) async throws {
    try await Node.run(output: output) { node in
      var streams: [EventStreamClient] = []
      for _ in 0..<4 {
        let stream = try await node.stream("room")
        _ = try await stream.next()
        streams.append(stream)
      }
      try await withThrowingTaskGroup { publishers in
        for publisher in 0..<4 {
          publishers.addTask {
            for number in 0..<50 { _ = try await node.publish("room", "\(publisher) \(number)") }
          }
        }
        try await publishers.waitForAll()
      }
      let page = try await HTTPRequester.poll(
        "room", after: "earliest", limit: 1000, port: node.port)
      #expect(page.updates.count == 200)
      for stream in streams {
        let events = try await stream.next(200)
        #expect(events.map(\.id) == page.updates.map(\.id))
        #expect(events.map(\.data) == page.updates.map(\.data))
      }
      for publisher in 0..<4 {
        let own = page.updates.map(\.data).filter { $0.hasPrefix("\(publisher) ") }
        #expect(own == (0..<50).map { "\(publisher) \($0)" })
      }
    }
  }

  /// Changes its transport and its connection in mid-stream, while updates come.
  @Test func aClientThatComesBackMissesNothingAndGetsNothingTwice() async throws {
    try await Node.run(["HISTORY_SIZE": "100000"]) { node in
      let total = 400
      let start = try await node.poll("room").next
      async let publishing: Void = {
        for number in 0..<total { _ = try await node.publish("room", "\(number)") }
      }()
      var place = start
      var seen: [String] = []
      var hops = 0
      while seen.count < total {
        hops += 1
        if hops.isMultiple(of: 3) {
          let page = try await node.poll("room", after: place)
          #expect(!page.reset)
          seen += page.updates.map(\.data)
          place = page.next
        } else {
          let stream =
            hops.isMultiple(of: 2)
            ? try await node.stream("room", after: place)
            : try await node.stream("room", after: "earliest", lastEventID: place)
          #expect(try await stream.next().data == nil)
          let events = try await stream.next(min(5, total - seen.count))
          #expect(!events.contains { $0.event == "reset" })
          seen += events.compactMap(\.data)
          place = events.last?.id ?? place
          stream.close()
        }
      }
      try await publishing
      #expect(seen == (0..<total).map(String.init))
      #expect(hops >= 80)
    }
  }

  @Test func aPlaceThatIsNotKeptIsAResetOnEveryTransport() async throws {
    try await Node.run(["HISTORY_SIZE": "5"]) { node in
      let other = try await node.publish("other", "x")
      var ids: [String] = []
      for number in 0..<10 { ids.append(try await node.publish("room", "\(number)")) }
      let unknown = ids[9].replacing("-11", with: "-99")
      for place in [ids[0], ids[3], other, "nonsense", "!!!", "0123456789abcdef-x-3", unknown] {
        let page = try await node.poll("room", after: place)
        #expect(page.reset, "\(place)")
        #expect(page.updates.map(\.data) == ["5", "6", "7", "8", "9"], "\(place)")
        let stream = try await node.stream("room", after: place)
        #expect(try await stream.status() == 200)
        let events = try await stream.next(6)
        #expect(events[0].event == "reset", "\(place)")
        #expect(events[0].data == #"{"topic":"room"}"#)
        #expect(events[0].id == ids[4])
        #expect(events.dropFirst().map(\.data) == ["5", "6", "7", "8", "9"], "\(place)")
      }
      // The place before the oldest that is kept is a valid one.
      #expect(try await node.poll("room", after: ids[4]).reset == false)
      #expect(try await node.poll("room", after: ids[9]).updates.isEmpty)
    }
  }

  @Test func withoutAPlaceAClientStartsNowAndIsToldWhereNowIs() async throws {
    try await Node.run { node in
      _ = try await node.publish("room", "before")
      let stream = try await node.stream("room")
      let place = try await stream.next()
      #expect(place.data == nil)
      #expect(place.retry != nil)
      let page = try await node.poll("room")
      #expect(page.updates.isEmpty)
      #expect(page.next == place.id)
      let id = try await node.publish("room", "after")
      #expect(try await stream.next() == StreamEvent(id: id, event: nil, data: "after"))
      let resumed = try await node.poll("room", after: page.next)
      #expect(resumed.updates.map(\.data) == ["after"])
    }
  }

  @Test func aPublisherThatRepeatsItsKeyPublishesOnce() async throws {
    try await Node.run { node in
      let first = try await node.publish("room", "once", key: "k1")
      #expect(try await node.publish("room", "once", key: "k1") == first)
      let another = try await HTTPRequester.publish("room", "other", key: "k1", port: node.port)
      #expect(another.status == 422)
      let named = try await HTTPRequester.publish(
        "room", "once", event: "e", key: "k1", port: node.port)
      #expect(named.status == 422)
      #expect(try await node.publish("elsewhere", "other", key: "k1") != first)
      #expect(try await node.poll("room", after: "earliest").updates.map(\.data) == ["once"])
    }
  }

  @Test(arguments: [
    "", " ", "a\nb", "a\r\nb\rc", "\n", "\u{0}", "“ü” 🎉", ": not a comment", "data: x",
  ])
  func dataArrivesAsItWasPublished(_ data: String) async throws {
    try await Node.run { node in
      let stream = try await node.stream("room")
      _ = try await stream.next()
      let id = try await node.publish("room", data)
      let event = try await stream.next()
      #expect(event.id == id)
      // An event stream has one kind of line end.
      let lines = data.replacing("\r\n", with: "\n").replacing("\r", with: "\n")
      #expect(event.data == lines)
      let page = try await node.poll("room", after: "earliest")
      #expect(page.updates.map(\.data) == [data])
    }
  }

  @Test(arguments: [StreamConnection.Output.descriptor, .channel])
  func aSlowClientIsCutOffAndSlowsNobody(_ output: StreamConnection.Output) async throws {
    try await Node.run(["MAX_QUEUE": "100000"], output: output) { node in
      let slow = try await node.stream("room", receiveBuffer: 4096)
      let place = try await slow.next().id
      await slow.stopReading()
      var others: [EventStreamClient] = []
      for _ in 0..<20 {
        let stream = try await node.stream("room")
        _ = try await stream.next()
        others.append(stream)
      }
      let data = String(repeating: "x", count: 60_000)
      // Enough to fill what the kernel holds for one connection, and the queue.
      let total = 200
      for _ in 0..<total { _ = try await node.publish("room", data) }
      for other in others { #expect(try await other.next(total).count == total) }
      await slow.continueReading()
      _ = try await slow.ending()
      let received = slow.received.filter { $0.data == data }
      #expect(received.count < total)
      // Where the last bytes still found their way, they say why.
      if let bye = slow.received.first(where: { $0.event == "bye" }) { #expect(bye.data == "4008") }
      let rest = try await node.stream("room", lastEventID: received.last?.id ?? place)
      let missed = try await rest.next(total - received.count + 1)
      #expect(missed[0].data == nil)
      #expect(missed.dropFirst().allSatisfy { $0.data == data })
      let metrics = try await HTTPRequester.request("GET", "/metrics", port: node.port)
      #expect(metrics.text.contains("slow_clients_total 1\n"))
    }
  }

  @Test func aNodeThatLeavesLeadsItsClientsAway() async throws {
    try await Node.run { node in
      let stream = try await node.stream("room")
      _ = try await stream.next()
      _ = try await node.publish("room", "last")
      await node.leave()
      #expect(try await stream.next().data == "last")
      let bye = try await stream.next()
      #expect(bye == StreamEvent(id: nil, event: "bye", data: "1012"))
      #expect(try await stream.ending() == .complete)
    }
  }
}
