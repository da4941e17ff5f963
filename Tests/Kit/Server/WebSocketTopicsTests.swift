import ServiceSupport
import Testing

/// Several topics on one socket: everything that comes down says of which it is.
@Suite(.timeLimit(.minutes(10))) struct WebSocketTopicsTests {
  private static func subscribe(
    _ socket: WebSocketClient, _ topic: String, after: String? = nil
  ) async throws -> SocketMessage {
    var message: [String: JSONValue] = ["subscribe": .string(topic)]
    message["after"] = after.map { .string($0) }
    try socket.send(.object(message))
    return try await socket.next { $0.topic == topic && ($0.isPlace || $0.error != nil) }
  }

  private static func updates(
    of topic: String, _ count: Int, on socket: WebSocketClient
  ) async throws -> [SocketMessage] {
    var updates: [SocketMessage] = []
    while updates.count < count {
      updates.append(try await socket.next { $0.topic == topic && $0.isUpdate })
    }
    return updates
  }

  private static func data(
    of topic: String, _ count: Int, on socket: WebSocketClient
  ) async throws -> [String?] {
    try await updates(of: topic, count, on: socket).map(\.data)
  }

  @Test func topicsComeAndGoOnOneSocket() async throws {
    try await Node.run { node in
      let socket = try await node.socket()
      let place = try await node.publish("a", "before")
      let answer = try await Self.subscribe(socket, "a")
      #expect(answer == SocketMessage(topic: "a", next: place, reset: false))
      #expect(try await Self.subscribe(socket, "b|ü").reset == false)
      let first = try await node.publish("a", "one")
      #expect(try await socket.next() == SocketMessage(topic: "a", id: first, data: "one"))
      let second = try await HTTPRequester.publish("b|ü", "two", event: "e", port: node.port)
      #expect(
        try await socket.next()
          == SocketMessage(topic: "b|ü", id: second.id, event: "e", data: "two"))

      try socket.send(["unsubscribe": "a"])
      // Answered after it, so what is published from here on comes after it, too.
      #expect(try await socket.publish("known", to: "b|ü").id != nil)
      _ = try await node.publish("a", "unheard")
      _ = try await node.publish("b|ü", "heard")
      #expect(try await Self.data(of: "b|ü", 2, on: socket) == ["known", "heard"])
      #expect(!socket.received.contains { $0.data == "unheard" })

      // It comes back with its place and misses nothing.
      #expect(try await Self.subscribe(socket, "a", after: first).next == first)
      #expect(try await Self.data(of: "a", 1, on: socket) == ["unheard"])
    }
  }

  @Test func whatIsPublishedOnItIsAnsweredWithItsTopic() async throws {
    try await Node.run { node in
      let socket = try await node.socket()
      // It need not read the topic.
      let answer = try await socket.publish("x", to: "quiet", event: "e", key: "k")
      #expect(answer == SocketMessage(topic: "quiet", id: answer.id, ref: answer.ref))
      #expect(try await socket.publish("x", to: "quiet", event: "e", key: "k").id == answer.id)
      #expect(try await socket.publish("x", to: "other", event: "e", key: "k").id != answer.id)
      let page = try await node.poll("quiet", after: "earliest")
      #expect(page.updates == [.init(id: answer.id ?? "", event: "e", data: "x")])
      let refusal = try await socket.publish("y", to: "quiet", event: "e", key: "k")
      #expect(refusal.topic == "quiet")
      #expect(refusal.status == 422)
      #expect(socket.received.allSatisfy { $0.topic != nil })
    }
  }

  @Test func placesAndResetsAreOfEachTopic() async throws {
    try await Node.run(["HISTORY_SIZE": "3"]) { node in
      var ids: [String] = []
      for number in 0..<6 { ids.append(try await node.publish("a", "\(number)")) }
      let other = try await node.publish("b", "b")
      for place in [ids[0], other, "nonsense", "!!!", ""] {
        let socket = try await node.socket()
        let reset = try await Self.subscribe(socket, "a", after: place)
        #expect(reset == SocketMessage(topic: "a", next: ids[2], reset: true), "\(place)")
        #expect(try await Self.data(of: "a", 3, on: socket) == ["3", "4", "5"], "\(place)")
        let valid = try await Self.subscribe(socket, "b", after: "earliest")
        #expect(valid.reset == false)
        #expect(try await Self.data(of: "b", 1, on: socket) == ["b"])
        socket.close()
      }
      let socket = try await node.socket()
      #expect(try await Self.subscribe(socket, "a", after: ids[2]).reset == false)
      #expect(try await Self.data(of: "a", 3, on: socket) == ["3", "4", "5"])
    }
  }

  @Test func aSocketHasFiftyTopicsAtMost() async throws {
    try await Node.run { node in
      let socket = try await node.socket()
      for number in 1...50 {
        #expect(try await Self.subscribe(socket, "\(number)").reset == false)
      }
      let refusal = try await Self.subscribe(socket, "51")
      #expect(refusal.next == nil)
      #expect(refusal.error != nil)
      let again = try await Self.subscribe(socket, "50")
      #expect(again.error != nil, "it is subscribed already")
      try socket.send(["unsubscribe": "7"])
      #expect(try await Self.subscribe(socket, "51").reset == false)
      #expect(try await Self.subscribe(socket, "7").error != nil)
      // All the others are still there, each once.
      for number in 1...51 { _ = try await node.publish("\(number)", "\(number)") }
      for number in 1...51 where number != 7 {
        #expect(try await Self.data(of: "\(number)", 1, on: socket) == ["\(number)"])
      }
      #expect(try await socket.publish("end", to: "1").id != nil)
      #expect(try await Self.data(of: "1", 1, on: socket) == ["end"])
      #expect(socket.received.filter(\.isUpdate).count == 51)
    }
  }

  private static let badTopics = [
    "", ".", "..", "a/b", "\u{0}", "\n", "\u{7F}", "\u{85}", String(repeating: "a", count: 201),
  ]

  @Test func aTopicIsCheckedAsOnEveryWayIn() async throws {
    try await Node.run { node in
      let socket = try await node.socket()
      for topic in Self.badTopics {
        #expect(try await Self.subscribe(socket, topic).error != nil, "\(topic)")
        let refusal = try await socket.publish("x", to: topic)
        #expect(refusal.status == 400, "\(topic)")
        #expect(refusal.topic == topic)
      }
      // What is equal to Swift is not the same topic.
      for topic in ["e\u{301}", "é", String(repeating: "ü", count: 100), "\"\\", " "] {
        #expect(try await Self.subscribe(socket, topic).reset == false, "\(topic)")
      }
      #expect(try await node.metric("topics") == 5)
    }
  }

  private static let refused: [(text: String, ref: JSONValue?)] = [
    ("x", nil), ("[]", nil), ("{}", nil), (#"{"ref":"r"}"#, "r"),
    (#"{"data":"x","ref":"r"}"#, "r"), (#"{"subscribe":1}"#, nil),
    (#"{"subscribe":"a","unsubscribe":"a"}"#, nil),
    (#"{"subscribe":"a","publish":"a","data":"x","ref":"r"}"#, "r"),
    (#"{"subscribe":["a","b"]}"#, nil), (#"{"publish":"a","ref":"r"}"#, "r"),
    (#"{"publish":1,"data":"x","ref":"r"}"#, "r"), (#"{"subscribe":"a","after":1}"#, nil),
  ]

  @Test func whatCannotBeUnderstoodIsAnsweredWithTheReason() async throws {
    try await Node.run { node in
      let socket = try await node.socket()
      for (text, ref) in Self.refused {
        socket.send(text)
        let answer = try await socket.next()
        #expect(answer.status == 400, "\(text)")
        #expect(answer.error?.isEmpty == false, "\(text)")
        if let ref { #expect(answer.ref == ref, "\(text)") }
      }
      // Nothing of all that was done.
      #expect(try await Self.subscribe(socket, "a").reset == false)
      try socket.send(["unsubscribe": "never subscribed"])
      #expect(try await socket.publish("x", to: "a").id != nil)
      #expect(try await node.poll("a", after: "earliest").updates.map(\.data) == ["x"])
    }
  }

  /// Many sockets that read topics in different orders, under load on all topics.
  @Test func eachTopicHasItsOneOrder() async throws {
    let topics = (0..<5).map { "topic \($0)" }
    try await Node.run { node in
      var sockets: [WebSocketClient] = []
      for number in 0..<5 {
        let socket = try await node.socket()
        for index in topics.indices {
          let topic = topics[(index + number) % topics.count]
          #expect(try await Self.subscribe(socket, topic).reset == false)
        }
        sockets.append(socket)
      }
      try await withThrowingTaskGroup { tasks in
        for socket in sockets {
          tasks.addTask {
            for number in 0..<100 { try socket.sendUpdate("\(number)", to: topics[number % 5]) }
          }
        }
        try await tasks.waitForAll()
      }
      for topic in topics {
        var orders: Set<[String?]> = []
        for socket in sockets {
          orders.insert(try await Self.updates(of: topic, 100, on: socket).map(\.id))
        }
        let page = try await HTTPRequester.poll(
          topic, after: "earliest", limit: 1000, port: node.port)
        #expect(orders == [page.updates.map(\.id)])
      }
    }
  }
}
