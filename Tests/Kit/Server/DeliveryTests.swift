import ServiceSupport
import Testing
import WebServer

/// The delivery promise, on one node, over the real transports.
@Suite struct DeliveryTests {
  /// A browser comes back with its first URL.
  @Test func theLastIDOfABrowserWinsOverThePlaceInItsURL() async throws {
    try await Node.run { node in
      _ = try await node.publish("room", "0")
      let id = try await node.publish("room", "1")
      _ = try await node.publish("room", "2")
      let stream = try await node.stream("room", after: "earliest", lastEventID: id)
      #expect(try await stream.next().id == id)
      #expect(try await stream.next().data == "2")
    }
  }

  /// It gives up for good on a status that is not 200, and drops an event without data.
  @Test func aResetIsAnEventOfAStreamThatWasAccepted() async throws {
    try await Node.run(["HISTORY_SIZE": "1"]) { node in
      let floor = try await node.publish("room", "0")
      _ = try await node.publish("room", "1")
      let stream = try await node.stream("room", lastEventID: "!!!")
      #expect(try await stream.status() == 200)
      let reset = try await stream.next()
      #expect(reset.event == "reset")
      #expect(reset.data == #"{"topic":"room"}"#)
      #expect(reset.id == floor)
      #expect(reset.retry != nil)
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
