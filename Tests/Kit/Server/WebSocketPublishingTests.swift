import ServiceSupport
import Testing

/// What a client sends up its socket becomes an update, or is refused as the same POST would be.
@Suite(.timeLimit(.minutes(10))) struct WebSocketPublishingTests {
  @Test func whatIsSentIsPublishedToAllAndAnswered() async throws {
    try await Node.run { node in
      let socket = try await node.socket("room")
      let stream = try await node.connect(.serverSentEvents, "room")
      _ = try await stream.nextNews()
      let plain = try await socket.publish("plain")
      let named = try await socket.publish("", event: "e:1")
      let ids = [try #require(plain.id), try #require(named.id)]
      let updates = [
        News.Update(id: ids[0], data: "plain"), News.Update(id: ids[1], event: "e:1", data: ""),
      ]
      #expect(plain == SocketMessage(id: ids[0], ref: plain.ref))
      #expect(try await stream.nextUpdates(2) == updates)
      #expect(try await socket.nextUpdates(2) == updates)
      #expect(try await node.poll("room", after: "earliest").updates == updates)
    }
  }

  @Test func whatIsSentOnOneSocketKeepsItsOrder() async throws {
    try await Node.run { node in
      let socket = try await node.socket("room")
      let frames = (0..<500).flatMap { FrameWriter.text(#"{"data":"\#($0)","ref":\#($0)}"#) }
      socket.send(frames)
      var ids: [String?] = []
      for number in 0..<500 {
        ids.append(try await socket.answer(to: .number(Double(number))).id)
      }
      let page = try await HTTPRequester.poll(
        "room", after: "earliest", limit: 1000, port: node.port)
      #expect(page.updates.map(\.data) == (0..<500).map(String.init))
      #expect(page.updates.map(\.id) == ids.compactMap(\.self))
    }
  }

  @Test func aReferenceIsGivenBackAsItWas() async throws {
    try await Node.run { node in
      let socket = try await node.socket("room")
      let refs: [JSONValue] = ["", "a", "\"quoted\\\"", "ü\u{0}\n", 0, -7, 9_007_199_254_740_991]
      for ref in refs {
        try socket.sendUpdate("x", ref: ref)
        #expect(try await socket.answer(to: ref).id != nil)
      }
      // Without one it is published all the same.
      try socket.sendUpdate("silent")
      _ = try await socket.next { $0.data == "silent" }
    }
  }

  @Test func aKeyIsOneUpdateHoweverItComes() async throws {
    try await Node.run { node in
      let socket = try await node.socket("room")
      let first = try await socket.publish("once", key: "k")
      #expect(first.id != nil)
      #expect(try await socket.publish("once", key: "k").id == first.id)
      #expect(try await node.publish("room", "once", key: "k") == first.id)
      let another = try await node.socket("room")
      #expect(try await another.publish("once", key: "k").id == first.id)
      #expect(try await another.publish("other", key: "k").status == 422)
      #expect(try await another.publish("once", event: "e", key: "k").status == 422)
      let elsewhere = try await node.socket("elsewhere")
      #expect(try await elsewhere.publish("other", key: "k").id != nil)
      #expect(try await node.poll("room", after: "earliest").updates.map(\.data) == ["once"])
    }
  }

  private static let refused: [(text: String, ref: JSONValue?)] = [
    ("", nil), ("{", nil), ("x", nil), ("null", nil), ("1", nil), ("\"data\"", nil), ("[]", nil),
    (#"[{"data":"x","ref":"r"}]"#, nil), ("{}", nil), (#"{"ref":"r"}"#, "r"),
    (#"{"data":null,"ref":"r"}"#, "r"), (#"{"data":1,"ref":"r"}"#, "r"),
    (#"{"data":{},"ref":7}"#, 7), (#"{"data":["x"],"ref":"r"}"#, "r"),
    (#"{"data":"x","ref":"r""#, nil), (#"{"data":"x","event":"reset","ref":"r"}"#, "r"),
    (#"{"data":"x","event":"bye","ref":"r"}"#, "r"),
    (#"{"data":"x","event":"a b","ref":"r"}"#, "r"),
    (#"{"data":"x","event":"","ref":"r"}"#, "r"), (#"{"data":"x","event":1,"ref":"r"}"#, "r"),
    (#"{"data":"x","key":"","ref":"r"}"#, "r"), (#"{"data":"x","key":"a b","ref":"r"}"#, "r"),
    (#"{"data":"x","key":"\#(String(repeating: "k", count: 101))","ref":"r"}"#, "r"),
    (#"{"data":"x","event":"\#(String(repeating: "e", count: 101))","ref":"r"}"#, "r"),
    (#"{"data":"\ud800","ref":"r"}"#, nil), (#"{"subscribe":"other","ref":"r"}"#, "r"),
    (#"{"publish":"other","data":"x","ref":"r"}"#, "r"),
  ]

  /// The socket stays: what is wrong is the message.
  @Test func whatCannotBeTakenIsAnsweredWithTheReason() async throws {
    try await Node.run { node in
      let socket = try await node.socket("room")
      for (text, ref) in Self.refused {
        socket.send(text)
        let answer = try await socket.next()
        #expect(answer.status == 400, "\(text)")
        #expect(answer.error?.isEmpty == false, "\(text)")
        #expect(answer.id == nil, "\(text)")
        if let ref { #expect(answer.ref == ref, "\(text)") }
      }
      #expect(try await socket.publish("good").id != nil)
      #expect(
        try await node.poll("room", after: "earliest").updates.map(\.data) == ["good"])
      #expect(try await node.poll("other", after: "earliest").updates.isEmpty)
    }
  }

  /// In JSON a byte of text takes up to six.
  @Test func anUpdateMayBeAsLongAsAnyHoweverItIsWritten() async throws {
    try await Node.run(["MAX_BODY": "1000"]) { node in
      let socket = try await node.socket("room")
      let escaped = String(repeating: "\\u0001", count: 1000)
      socket.send(#"{"data":"\#(escaped)","ref":"escaped"}"#)
      #expect(try await socket.answer(to: "escaped").id != nil)
      let umlauts = String(repeating: "ü", count: 500)
      #expect(try await socket.publish(umlauts).id != nil)
      #expect(try await socket.publish(umlauts + "x").status == 413)
      let page = try await node.poll("room", after: "earliest")
      #expect(page.updates.map(\.data) == [String(repeating: "\u{1}", count: 1000), umlauts])
      // Whoever sends far more is not read to the end.
      let lines = String(repeating: "y", count: 50_000)
      try socket.sendUpdate(lines)
      #expect(try await socket.closeCode() == 1009)
    }
  }

  @Test func publishingTakesATokenAndReadingDoesNot() async throws {
    let token = String(repeating: "t", count: 40)
    try await Node.run(["PUBLISH_TOKEN": token]) { node in
      for wrong in [nil, "Bearer x", "Bearer \(token)x", "Basic \(token)", token] {
        let socket = try await node.socket(
          "room", fields: wrong.map { [("Authorization", $0)] } ?? [])
        let refusal = try await socket.publish("x")
        #expect(refusal.status == 401, "\(wrong ?? "none")")
        #expect(refusal.error != nil)
        socket.close()
      }
      let reader = try await node.socket("room")
      let publisher = try await node.socket(
        "room", fields: [("Authorization", "Bearer \(token)")])
      let id = try await publisher.publish("taken").id
      #expect(id != nil)
      #expect(try await reader.next().id == id)
      let inTheURL = try await WebSocketClient.open(
        target: "/topics/room/socket?token=\(token)", port: node.port)
      #expect(try await inTheURL.publish("x").status == 401)
    }
  }

  @Test func oneClientPublishesNoFasterThanItMayHoweverManySocketsItHas() async throws {
    try await Node.run(["PUBLISH_RATE": "2"]) { node in
      var statuses: [Int?] = []
      for number in 0..<20 {
        let socket = try await node.socket("room")
        let answer = try await socket.publish("\(number)")
        #expect((answer.id == nil) == (answer.error != nil))
        statuses.append(answer.status)
        socket.close()
      }
      #expect(statuses.prefix(2) == [nil, nil])
      #expect(statuses.contains(429))
    }
  }

  @Test(arguments: [
    "", "a\nb", "a\r\nb\rc", "\u{0}", "\u{7F}\u{2028}", "“ü” 🎉", "</script>", "\\ \" /", "e\u{301}",
  ])
  func dataArrivesAsItWasSent(_ data: String) async throws {
    try await Node.run { node in
      let socket = try await node.socket("room")
      let id = try await socket.publish(data).id
      let update = try await socket.next()
      #expect(update.id == id)
      // Two texts of other bytes may be equal to Swift.
      #expect(update.data.map { Array($0.utf8) } == Array(data.utf8))
      let page = try await node.poll("room", after: "earliest")
      #expect(page.updates.map { Array($0.data.utf8) } == [Array(data.utf8)])
    }
  }
}
