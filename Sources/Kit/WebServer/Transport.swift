import NIOCore
import NIOHTTP1
import Updates

/// A way for updates to reach clients, or to come from them, that is served below the web framework.
package protocol Transport: Sendable {
  /// - Returns: nil if the request is for somebody else. Called on the connection's event loop.
  func accept(_ request: TransportRequest) throws(Admission.Rejection) -> Acceptance?
}

/// A request that a transport may accept.
package struct TransportRequest {
  package var head: HTTPRequestHead
  package var target: RequestTarget
  package var client: ClientAddress?
  package var channel: any Channel
  /// Names this node, for the `Served-By` header.
  package var node: String
  /// For transports on which clients publish.
  package var publisher: Publisher

  package var loop: any EventLoop { channel.eventLoop }

  /// The name in `/topics/{name}/{last}`; nil for another path or method.
  package func topicName(before last: String, _ method: HTTPMethod = .GET) -> String? {
    head.method == method ? target.topicName(before: last) : nil
  }

  /// The topic in `GET /topics/{topic}/{last}`; nil for another path or method.
  package func topic(before last: String) throws(Admission.Rejection) -> Topic? {
    guard let name = topicName(before: last) else { return nil }
    guard let topic = Topic(name) else { throw .badRequest(Topic.form) }
    return topic
  }
}

/// What becomes of a request. A response is all of it, from the status line on.
package enum Acceptance {
  /// It takes its connection over for good.
  case stream(any ServerStream)
  /// It is answered when there is something to say, and its connection goes on.
  case held(any HeldRequest)
  /// It is answered at once: the body, nil if it is longer than `MAX_BODY`, to the response.
  case response(@Sendable (ByteBuffer?) async -> ByteBuffer)
}

/// A request that waits for news. Lives on the connection's event loop.
package protocol HeldRequest: AnyObject {
  /// How long it may wait.
  var seconds: Int64 { get }
  func begin(on connection: any HeldConnection)
  /// It has waited as long as it may.
  func expire()
  /// The server leaves.
  func leave()
  /// The connection is gone.
  func closed()
}

/// The connection of held requests.
package protocol HeldConnection: AnyObject {
  /// Whether the next byte of the client begins a request.
  var isIdle: Bool { get }
  /// Holds a request that was read by somebody else, while the connection is idle.
  func hold(_ request: any HeldRequest)
  /// Only the first answer to a request counts.
  func answer(_ response: ByteBuffer)
}

extension Task where Success == Void, Failure == Never {
  /// Runs `work` on an event loop as far as it suspends for nothing else, so that no other thread has to
  /// be woken, and `then` on the loop.
  package static func running<Value: Sendable>(
    on loop: any EventLoop, _ work: @escaping @Sendable () async -> Value,
    then: @escaping @Sendable (Value) -> Void
  ) {
    Task(executorPreference: LoopExecutor(loop)) {
      let value = await work()
      loop.execute { then(value) }
    }
  }
}

private final class LoopExecutor: TaskExecutor {
  private let loop: any EventLoop

  init(_ loop: any EventLoop) {
    self.loop = loop
  }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    loop.execute { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
  }
}
