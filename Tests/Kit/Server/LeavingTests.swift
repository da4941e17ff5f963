import ServiceSupport
import Testing

/// What a node does between SIGTERM and its end.
@Suite(.timeLimit(.minutes(10))) struct LeavingTests {
  @Test func heldRequestsAreAnsweredAtOnce() async throws {
    try await Node.run { node in
      let place = try await node.publish("room", "x")
      let asker = try await node.askForPages()
      asker.ask("room", after: place, wait: "50")
      let informed = try await node.askForPages()
      informed.ask("room", after: place, wait: "0")
      let known = try await informed.response()
      informed.ask(
        "room", after: place, wait: "50", fields: [("If-None-Match", known["ETag"] ?? "")])
      try await node.waitForListeners(2)
      await node.leave()
      let page = try await asker.page(within: .seconds(20))
      #expect(page == .init(updates: [], next: place, reset: false))
      #expect(try await informed.response(within: .seconds(20)).status == 304)
      #expect(try await asker.http.ending() == .closed)
      #expect(try await informed.http.ending() == .closed)
    }
  }

  @Test func socketsAreClosedWithTheCodeThatSaysComeBack() async throws {
    try await Node.run { node in
      let single = try await node.socket("room")
      let several = try await node.socket()
      try several.send(["subscribe": "room"])
      _ = try await several.next()
      let id = try await node.publish("room", "last")
      await node.leave()
      #expect(try await single.next().id == id)
      #expect(try await several.next() == SocketMessage(topic: "room", id: id, data: "last"))
      #expect(try await single.closeCode() == 1012)
      #expect(try await several.closeCode() == 1012)
    }
  }

  /// A node is not kept by a client that does not take part in the closing.
  @Test func aSocketThatDoesNotAnswerTheCloseFrameIsEnded() async throws {
    try await Node.run { node in
      var behavior = WebSocketClient.Behavior()
      behavior.answersClose = false
      behavior.staysHalfOpen = true
      let socket = try await WebSocketClient.open("room", port: node.port, behavior: behavior)
      _ = try await socket.next()
      await node.leave()
      #expect(try await socket.closeFrame().code == 1012)
      try await socket.endOfInput()
      socket.close()
    }
  }

  /// The node is still there, for what was taken is not finished yet.
  @Test func whileANodeLeavesItTakesNothingNewAndFinishesWhatItTook() async throws {
    let gate = Gate()
    try await Node.run(engine: .gated(gate)) { node in
      let place = try await node.publish("room", "x")
      let stream = try await node.connect(.serverSentEvents, "room")
      let socket = try await node.socket("room")
      let asker = try await node.askForPages()
      _ = try await stream.nextNews()
      asker.ask("room", after: place, wait: "50")
      try await node.waitForListeners(3)

      gate.closePublishing()
      async let posted = node.publish("room", "posted")
      try await gate.waitForPublishers(1)
      try socket.sendUpdate("sent", ref: "sent")
      try await gate.waitForPublishers(2)
      await node.leave()
      while try await Self.isReady(node) {}
      let refused = try await HTTPRequester.request(
        "POST", "/topics/room/updates", body: [120], port: node.port)
      #expect(refused.status == 503)
      #expect(refused["Retry-After"] != nil)
      let late = try await WebSocketClient.open("room", port: node.port)
      #expect(try await late.status() == 503)

      gate.openPublishing()
      let ids = [try await posted, try await socket.answer(to: "sent").id ?? ""]
      for client in [stream, socket] as [any TransportClient] {
        #expect(Set(try await client.nextUpdates(2).map(\.id)) == Set(ids))
        #expect(try await client.nextNews() == .bye(1012))
      }
      let page = try await asker.page()
      #expect(Set(ids).isSuperset(of: page.updates.map(\.id)))
      #expect(!page.updates.isEmpty)
    }
  }

  @Test func whatIsSentOnASocketWhileTheNodeLeavesIsRefused() async throws {
    let gate = Gate()
    try await Node.run(engine: .gated(gate)) { node in
      let busy = try await node.socket("room")
      let other = try await node.socket("room")
      gate.closePublishing()
      try busy.sendUpdate("first", ref: "first")
      try await gate.waitForPublishers(1)
      await node.leave()
      while try await Self.isReady(node) {}
      let refusal = try await other.publish("second")
      #expect(refusal.status == 503)
      #expect(refusal.error != nil)
      gate.openPublishing()
      #expect(try await busy.answer(to: "first").id != nil)
      #expect(try await busy.closeCode() == 1012)
    }
  }

  private static func isReady(_ node: Node) async throws -> Bool {
    try await HTTPRequester.request("GET", "/health/ready", port: node.port).status == 200
  }
}
