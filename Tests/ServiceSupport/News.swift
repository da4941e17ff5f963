/// What a client of one topic learns, on whatever transport.
package enum News: Sendable, Equatable {
  package typealias Update = HTTPRequester.PageJSON.Update

  /// Where it starts, unless it starts with a reset; nil if the transport does not say.
  case place(String?)
  /// It missed updates, and goes on behind this place; nil if the transport does not say.
  case reset(String?)
  case update(Update)
  /// The server ends it, with a code if the transport has one.
  case bye(Int?)

  package var update: Update? {
    if case .update(let update) = self { update } else { nil }
  }

  package var isReset: Bool {
    if case .reset = self { true } else { false }
  }
}

/// One client of one topic, whatever connects it.
package protocol TransportClient: Sendable {
  /// Each once, in the order in which they came. One task at a time asks.
  /// - Throws: if the connection breaks.
  func nextNews(within limit: Duration) async throws -> News
  func close()
}

extension TransportClient {
  package func nextNews() async throws -> News {
    try await nextNews(within: .usualDeadline)
  }

  /// - Throws: if something else comes.
  package func nextUpdates(_ count: Int) async throws -> [News.Update] {
    var updates: [News.Update] = []
    while updates.count < count {
      let news = try await nextNews()
      guard let update = news.update else { throw ServiceFailure("no update but \(news)") }
      updates.append(update)
    }
    return updates
  }
}

extension EventStreamClient: TransportClient {
  package func nextNews(within limit: Duration) async throws -> News {
    let event = try await next(within: limit)
    switch (event.event, event.id, event.data) {
    case ("bye", _, let code): return .bye(code.flatMap { Int($0) })
    case ("reset", let id, _): return .reset(id)
    case (_, let id, nil): return .place(id)
    case (let name, let id?, let data?): return .update(.init(id: id, event: name, data: data))
    case (_, nil, _): throw ServiceFailure("an update without an id: \(event)")
    }
  }
}

extension WebSocketClient: TransportClient {
  /// Answers to what this client sent are left to who sent it.
  package func nextNews(within limit: Duration) async throws -> News {
    let message: SocketMessage
    do {
      message = try await next(within: limit) { $0.isPlace || $0.isUpdate }
    } catch let failure as ServiceFailure {
      guard case .closed(let close) = try await ending(within: limit) else { throw failure }
      return .bye(close.code)
    }
    if let place = message.next { return message.reset == true ? .reset(place) : .place(place) }
    guard let id = message.id, let data = message.data else {
      throw ServiceFailure("an update without an id: \(message)")
    }
    return .update(.init(id: id, event: message.event, data: data))
  }
}
