import ServiceSupport
import Testing

/// How long a request is held, and what ends it when there is no news.
@Suite(.timeLimit(.minutes(10))) struct WaitTests {
  @Test func aWaitThatIsOverIsAnEmptyPageAtTheSamePlace() async throws {
    try await Node.run { node in
      let place = try await node.publish("room", "x")
      let asker = try await node.askForPages()
      for topic in ["room", "never used"] {
        let time = try await ContinuousClock().measure {
          asker.ask(topic, after: topic == "room" ? place : nil, wait: "1")
          let page = try await asker.page()
          #expect(page.updates.isEmpty)
          #expect(!page.reset)
          #expect(page.next == place || topic != "room")
        }
        #expect(time >= .milliseconds(990))
      }
      #expect(try await node.metric("streams") == 0)
    }
  }

  /// Takes as long as the longest of them.
  @Test func withoutANumberItIsTwentyFiveSecondsAndNeverMoreThanFifty() async throws {
    try await Node.run { node in
      let place = try await node.publish("room", "x")
      try await withThrowingTaskGroup { tasks in
        for (wait, seconds) in [("", 25), ("2", 2), ("51", 50), ("999", 50)] {
          tasks.addTask {
            let asker = try await node.askForPages()
            let time = try await ContinuousClock().measure {
              asker.ask("room", after: place, wait: wait)
              let page = try await asker.page(within: .seconds(120))
              #expect(page.updates.isEmpty)
            }
            #expect(time >= .milliseconds(seconds * 1000 - 10), "\(wait)")
            #expect(time < .seconds(seconds + 20), "\(wait)")
          }
        }
        try await tasks.waitForAll()
      }
    }
  }

  @Test func withoutAWaitItIsAPoll() async throws {
    try await Node.run { node in
      let place = try await node.publish("room", "x")
      let asker = try await node.askForPages()
      for wait in [nil, "0", "00"] as [String?] {
        asker.ask("room", after: place, wait: wait)
        #expect(try await asker.page(within: .seconds(20)).next == place)
      }
    }
  }

  @Test(arguments: ["abc", "1s", "-1", "1.5", "0x10", "%20", "1%202", "1&wait=2", "%ff"])
  func aWaitThatIsNoNumberIsRefused(_ wait: String) async throws {
    try await Node.run { node in
      let asker = try await node.askForPages()
      asker.ask("room", wait: wait)
      #expect(try await asker.response(within: .seconds(20)).status == 400)
    }
  }

  @Test(arguments: ["limit=0", "limit=x", "after=a&after=b", "limit=-1", "x=%"])
  func theRestOfTheQueryIsCheckedAsInAPoll(_ query: String) async throws {
    try await Node.run { node in
      for wait in ["", "&wait=50"] {
        let response = try await HTTPRequester.request(
          "GET", "/topics/a/updates?\(query)\(wait)", port: node.port, within: .seconds(20))
        #expect(response.status == 400)
      }
    }
  }

  @Test(arguments: RequestTests.badTopics)
  func aTopicIsCheckedAsOnEveryWayIn(_ topic: String) async throws {
    try await Node.run { node in
      let response = try await HTTPRequester.request(
        "GET", "/topics/\(topic)/updates?wait=50", port: node.port, within: .seconds(20))
      #expect([400, 404].contains(response.status))
    }
  }

  @Test func whoKnowsTheEmptyPageIsToldThatItStillFits() async throws {
    try await Node.run { node in
      let place = try await node.publish("room", "x")
      let asker = try await node.askForPages()
      asker.ask("room", after: place, wait: "0")
      let first = try await asker.response()
      #expect(first.status == 200)
      let tag = try #require(first["ETag"])
      for condition in [tag, "W/\(tag)", "\"other\", \(tag)"] {
        let fields = [(name: "If-None-Match", value: condition)]
        asker.ask("room", after: place, wait: "0", fields: fields)
        #expect(try await asker.response().status == 304)
        var held: HTTPResponse?
        let time = try await ContinuousClock().measure {
          asker.ask("room", after: place, wait: "1", fields: fields)
          held = try await asker.response()
        }
        #expect(held?.status == 304)
        #expect(held?["ETag"] == tag)
        #expect(time >= .milliseconds(990))
      }
      asker.ask("room", after: place, wait: "1", fields: [("If-None-Match", "\"other\"")])
      #expect(try await asker.response().status == 200)

      asker.ask("room", after: place, wait: "50", fields: [("If-None-Match", tag)])
      try await node.waitForListeners(1)
      let id = try await node.publish("room", "news")
      let news = try await asker.response()
      #expect(try HTTPRequester.PageJSON(news).updates.map(\.id) == [id])
      #expect(news["ETag"] != tag)
    }
  }

  @Test func onlyReadingWaits() async throws {
    try await Node.run { node in
      for method in ["HEAD", "PUT", "DELETE", "PATCH"] {
        let response = try await HTTPRequester.request(
          method, "/topics/room/updates?wait=50", port: node.port, within: .seconds(20))
        #expect([200, 400, 404, 405].contains(response.status), "\(method)")
        #expect(response.status != 200 || method == "HEAD")
      }
      let published = try await HTTPRequester.request(
        "POST", "/topics/room/updates?wait=50", body: [120], port: node.port,
        within: .seconds(20))
      #expect(published.status == 201)
      let body = try await HTTPRequester.request(
        "GET", "/topics/room/updates?wait=50", body: [120], port: node.port, within: .seconds(20))
      #expect(body.status == 400)
      #expect(try await node.poll("room", after: "earliest").updates.count == 1)
    }
  }

  /// An old client closes, and does not wait for more.
  @Test func aConnectionEndsWithTheAnswerWhereItsClientWantsThat() async throws {
    try await Node.run { node in
      let place = try await node.publish("room", "x")
      for (version, field) in [("HTTP/1.1", "Connection: close\r\n"), ("HTTP/1.0", "")] {
        let connection = try await HTTPConnection.open(port: node.port)
        connection.send(
          """
          GET /topics/room/updates?after=\(place)&wait=1 \(version)\r\nHost: localhost\r\n\
          \(field)\r\n
          """)
        let page = try HTTPRequester.PageJSON(try await connection.response())
        #expect(page.next == place)
        #expect(try await connection.ending() == .closed)
      }
    }
  }
}
