import NIOCore

/// What a connection waits for, and for how long.
struct RequestPhase: Equatable {
  enum Current: Equatable {
    case idle
    case head
    case body
    case response
  }

  private(set) var current = Current.head
  /// Requests that have not been answered yet.
  private(set) var responses = 0
  private(set) var isInRequest = false
  /// Something of the next request came before the response to this one.
  private var hasMore = false

  /// A body that trickles in is not progress: the time is for the whole of it.
  var seconds: Int64 {
    switch current {
    case .head: 10
    case .body: 30
    case .response, .idle: 60
    }
  }

  /// - Returns: whether this is the beginning of a request.
  mutating func beginsHead() -> Bool {
    if current == .response { hasMore = true }
    guard current == .idle else { return false }
    current = .head
    return true
  }

  mutating func beginsBody() {
    hasMore = false
    current = .body
    isInRequest = true
    responses += 1
  }

  mutating func endsRequest() {
    isInRequest = false
    current = responses > 0 ? .response : .idle
  }

  mutating func endsResponse() {
    responses = max(0, responses - 1)
    if responses == 0, !isInRequest { current = hasMore ? .head : .idle }
  }
}

/// One timer on an event loop. Moving it to a later time costs nothing: it looks again when it is due.
final class Deadline {
  private let loop: any EventLoop
  private var expire: (() -> Void)?
  private var due = NIODeadline.distantFuture
  private var scheduled: (at: NIODeadline, task: Scheduled<Void>)?

  init(loop: any EventLoop) {
    self.loop = loop
  }

  func start(_ expire: @escaping () -> Void) {
    self.expire = expire
  }

  func set(seconds: Int64) {
    due = loop.now + .seconds(seconds)
    if let scheduled, scheduled.at <= due { return }
    schedule()
  }

  func cancel() {
    scheduled?.task.cancel()
    scheduled = nil
    expire = nil
  }

  private func schedule() {
    scheduled?.task.cancel()
    guard expire != nil else { return }
    let task = loop.assumeIsolated().scheduleTask(deadline: due) { self.fire() }
    scheduled = (due, task)
  }

  private func fire() {
    scheduled = nil
    if loop.now < due { schedule() } else { expire?() }
  }
}
