import Synchronization
import Updates

/// A fan-out in which each server asks a database, at an interval, for what is newer than the last that it
/// saw: one query an interval, however many topics and clients there are.
package final class DatabasePolling: FanOut, Sendable {
  private enum Followed {
    /// The store was asked for the history; what was polled before it answered.
    case opening([StoredUpdate])
    /// - after: the newest number that the opened history covers.
    case open(any Feed, after: Int64)
  }

  private struct State {
    var followed: [Topic: Followed] = [:]
    /// The number of the newest update that was polled; nil before the first poll.
    var seen: Int64?
    /// Who waits for a poll that begins after they asked.
    var waiting: [CheckedContinuation<Result<Void, Refusal>, Never>] = []
    var isReady = false
    var isOver = false
  }

  private static let pageSize = 1000

  private let store: any Store
  private let interval: Duration
  private let state = Mutex(State())
  private let wakes: AsyncStream<Void>
  private let wake: AsyncStream<Void>.Continuation

  /// - Parameter interval: between two polls; an update that was published here is polled for at once.
  package init(store: any Store, interval: Duration) {
    self.store = store
    self.interval = interval
    (wakes, wake) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  package var isReady: Bool { state.withLock { $0.isReady } }

  package func publish(_ draft: Draft) async throws(Refusal) -> Cursor {
    let cursor = try await store.append(draft)
    // It is kept; that it can be read here at once is a courtesy.
    do throws(Refusal) { try await refresh(draft.topic) } catch {}
    return cursor
  }

  package func follow(_ topic: Topic, into feed: any Feed) async throws(Refusal) {
    state.withLock { $0.followed[topic] = .opening([]) }
    do throws(Refusal) {
      let (history, newest) = try await store.history(of: topic)
      // Opened under the lock, so that no poll delivers in between.
      state.withLock { state in
        guard case .opening(let early) = state.followed[topic] else { return }
        feed.open(topic, history)
        feed.deliver(early.filter { $0.number > newest }.map(\.update), on: topic)
        state.followed[topic] = .open(feed, after: newest)
        // What comes before the first poll must not be skipped by it.
        if state.seen == nil { state.seen = newest }
      }
    } catch {
      state.withLock { $0.followed[topic] = nil }
      throw error
    }
  }

  package func unfollow(_ topic: Topic) {
    state.withLock { $0.followed[topic] = nil }
  }

  package func page(
    of topic: Topic, from start: Start, limit: Int
  ) async throws(Refusal) -> Page {
    try await store.page(of: topic, from: start, limit: limit)
  }

  package func refresh(_ topic: Topic) async throws(Refusal) {
    let result = await withCheckedContinuation { continuation in
      let isOver = state.withLock { state in
        if !state.isOver { state.waiting.append(continuation) }
        return state.isOver
      }
      if isOver {
        continuation.resume(returning: .failure(Refusal.unavailable))
      } else {
        wake.yield()
      }
    }
    try result.get()
  }

  package func run() async throws {
    await withTaskGroup { group in
      group.addTask { await self.repeatedly(every: self.interval) { self.wake.yield() } }
      group.addTask {
        await self.repeatedly(every: .seconds(60)) {
          do throws(Refusal) { try await self.store.expire() } catch {}
        }
      }
      group.addTask {
        self.wake.yield()
        for await _ in self.wakes { await self.poll() }
      }
    }
    let waiting = state.withLock { state in
      state.isOver = true
      defer { state.waiting = [] }
      return state.waiting
    }
    for continuation in waiting { continuation.resume(returning: .failure(.unavailable)) }
  }

  private func repeatedly(every interval: Duration, _ work: () async -> Void) async {
    while !Task.isCancelled {
      do { try await Task.sleep(for: interval) } catch { return }
      await work()
    }
  }

  private func poll() async {
    let (waiting, seen) = state.withLock { state in
      defer { state.waiting = [] }
      return (state.waiting, state.seen)
    }
    let result: Result<Void, Refusal>
    do throws(Refusal) {
      var last = if let seen { seen } else { try await store.newest() }
      while true {
        last = state.withLock { state in
          // A topic may have been followed meanwhile, from an earlier place.
          if state.seen == nil { state.seen = last }
          return state.seen ?? last
        }
        let updates = try await store.updates(after: last, limit: Self.pageSize)
        // A page may be short since its updates are large.
        if updates.isEmpty { break }
        deliver(updates)
      }
      result = .success(())
    } catch {
      result = .failure(error)
    }
    state.withLock { $0.isReady = (try? result.get()) != nil }
    for continuation in waiting { continuation.resume(returning: result) }
  }

  /// Neighbours of one topic go together; the order within a topic is that of the store.
  private func deliver(_ updates: [StoredUpdate]) {
    state.withLock { state in
      state.seen = updates.last?.number ?? state.seen
      for run in updates.chunked(by: \.update.topic) {
        guard let topic = run.first?.update.topic else { continue }
        switch state.followed[topic] {
        case nil: break
        case .opening(let early): state.followed[topic] = .opening(early + run)
        case .open(let feed, let after):
          feed.deliver(run.filter { $0.number > after }.map(\.update), on: topic)
        }
      }
    }
  }
}

extension Array {
  fileprivate func chunked<Key: Equatable>(by key: (Element) -> Key) -> [ArraySlice<Element>] {
    var chunks: [ArraySlice<Element>] = []
    var start = startIndex
    for index in indices where index > start && key(self[index]) != key(self[start]) {
      chunks.append(self[start..<index])
      start = index
    }
    if start < endIndex { chunks.append(self[start...]) }
    return chunks
  }
}
