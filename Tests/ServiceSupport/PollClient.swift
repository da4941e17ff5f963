import Synchronization

/// A client of one topic that asks again and again, at an interval or by long polling, on a
/// connection that it keeps.
package final class PollClient: TransportClient {
  private struct State: Sendable {
    var cursor: String?
    var news: [News] = []
    var hasPlace = false
    var connection: PageConnection?
    /// Of an empty page behind the cursor.
    var tag: String?
  }

  private static let interval = Duration.milliseconds(10)

  private let topic: String
  private let wait: Int?
  private let port: Int
  private let state: Mutex<State>

  /// - Parameter wait: seconds for which the server may hold a request back; nil for none, and an
  ///   interval between two requests.
  package init(_ topic: String, after: String?, wait: Int?, port: Int) {
    self.topic = topic
    self.wait = wait
    self.port = port
    state = Mutex(State(cursor: after))
  }

  /// An end of the connection between two answers is a `bye`, as is a 503.
  package func nextNews(within limit: Duration) async throws -> News {
    if let news = takeFirst() { return news }
    return try await withDeadline(limit) { [self] in
      while true {
        if let news = takeFirst() { return news }
        let found = try await ask()
        if found.isEmpty, wait == nil { try await Task.sleep(for: Self.interval) }
        state.withLock { $0.news += found }
      }
    } late: { [self] in
      "no news of \(topic)"
    }
  }

  package func close() {
    state.withLock { $0.connection }?.close()
  }

  private func takeFirst() -> News? {
    state.withLock { $0.news.isEmpty ? nil : $0.news.removeFirst() }
  }

  private func ask() async throws -> [News] {
    let before = state.withLock { $0 }
    let response: HTTPResponse
    do {
      let connection: PageConnection
      if let known = before.connection {
        connection = known
      } else {
        connection = try await PageConnection.open(port: port)
        state.withLock { $0.connection = connection }
      }
      // Where it is now it learns without waiting.
      let wait = before.cursor == nil ? wait.map { _ in 0 } : wait
      connection.ask(
        topic, after: before.cursor, wait: wait.map { "\($0)" },
        fields: before.tag.map { [(name: "If-None-Match", value: $0)] } ?? [])
      response = try await connection.response(within: .seconds(600))
    } catch let error where !(error is CancellationError || error is TooLate) {
      return [.bye(nil)]
    }
    if response["Connection"]?.lowercased() == "close" {
      state.withLock { $0.connection = nil }
    }
    switch response.status {
    case 304: return []
    case 503: return [.bye(nil)]
    default: return take(try HTTPRequester.PageJSON(response), response["ETag"])
    }
  }

  private func take(_ page: HTTPRequester.PageJSON, _ tag: String?) -> [News] {
    state.withLock { state in
      var news: [News] = []
      let isEmpty = page.updates.isEmpty
      if page.reset {
        news.append(.reset(isEmpty ? page.next : nil))
      } else if !state.hasPlace {
        let place = state.cursor == "earliest" ? nil : state.cursor
        news.append(.place(place ?? (isEmpty ? page.next : nil)))
      }
      state.hasPlace = true
      state.tag = isEmpty && page.next == state.cursor ? tag : nil
      state.cursor = page.next
      return news + page.updates.map { .update($0) }
    }
  }
}
