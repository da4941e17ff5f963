import NIOCore
import NIOHTTP1
import Updates
import WebServer

/// One client on a socket: the topics that it reads, and what it publishes.
final class UpdatesSocket: WebSocketUser {
  private static let maximumTopics = 50

  private let hub: Hub
  private let loop: any EventLoop
  /// The topic of the socket's URL, and where it starts; without one the client names topics.
  private let single: (topic: Topic, start: Start)?
  private let outbox: Outbox
  private var socket: WebSocket?
  private var readers: [TopicReader] = []

  init(hub: Hub, request: TransportRequest, single: (topic: Topic, start: Start)?) {
    self.hub = hub
    self.single = single
    loop = request.loop
    outbox = Outbox(request, maximumBytes: hub.maximumQueue)
  }

  func begin(on socket: WebSocket) {
    self.socket = socket
    outbox.answer = { [weak self] in self?.send($0) }
    if let single { read(single.topic, from: single.start, on: socket) }
  }

  func receive(_ message: Endpoint.Message) {
    // Who does not read what it asked for is cut off; what is read on demand is no more than a page.
    if let socket, socket.pendingBytes > hub.maximumQueue + Page.maximumBytes {
      return close(.tooSlow)
    }
    guard message.isText else {
      socket?.fail(ProtocolError(.unsupportedData, "Messages are JSON in text frames."))
      return
    }
    guard let said = JSONText.decode(ClientMessage.self, from: message.bytes) else {
      struct Named: Decodable { var ref: ClientMessage.Reference? }
      let ref = JSONText.decode(Named.self, from: message.bytes)?.ref
      return refuse("A message is a JSON object whose members are strings.", ref: ref)
    }
    if single != nil { publish(said) } else { follow(said) }
  }

  private func publish(_ said: ClientMessage) {
    guard said.subscribe == nil, said.unsubscribe == nil, said.publish == nil else {
      return refuse("This socket is of one topic; /socket is of several.", ref: said.ref)
    }
    outbox.publish(said, on: single?.topic.name, namesTopic: false)
  }

  private func follow(_ said: ClientMessage) {
    switch (said.subscribe, said.unsubscribe, said.publish) {
    case (let topic?, nil, nil): subscribe(topic, after: said.after)
    case (nil, let topic?, nil):
      guard let topic = Topic(topic) else { return refuse(Topic.form, topic: topic) }
      remove(topic)?.leave()
    case (nil, nil, let topic?): outbox.publish(said, on: topic, namesTopic: true)
    default:
      refuse("A message has one of subscribe, unsubscribe and publish.", ref: said.ref)
    }
  }

  private func subscribe(_ name: String, after: String?) {
    guard let topic = Topic(name) else { return refuse(Topic.form, topic: name) }
    guard !readers.contains(where: { $0.topic == topic }) else {
      return refuse("This socket has subscribed to the topic already.", topic: name)
    }
    guard readers.count < Self.maximumTopics else {
      return refuse("A socket has at most \(Self.maximumTopics) topics.", topic: name)
    }
    if let socket { read(topic, from: Start(after: after), on: socket) }
  }

  private func read(_ topic: Topic, from start: Start, on socket: WebSocket) {
    let reader = TopicReader(topic, on: socket, namesTopic: single == nil) { [weak self] reason in
      self?.ended(topic, reason)
    }
    readers.append(reader)
    reader.begin(hub, from: start, on: loop)
  }

  private func remove(_ topic: Topic) -> TopicReader? {
    readers.firstIndex { $0.topic == topic }.map { readers.remove(at: $0) }
  }

  private func ended(_ topic: Topic, _ reason: EndReason) {
    _ = remove(topic)
    if single == nil, reason == .unavailable {
      return send(Answer(.failure(.unreadable), topic: topic.name, ref: nil))
    }
    close(reason)
  }

  private func refuse(
    _ message: String, topic: String? = nil, ref: ClientMessage.Reference? = nil
  ) {
    send(Answer(.failure(.badRequest(message)), topic: topic, ref: ref))
  }

  private func send(_ answer: Answer) {
    socket?.send(text: JSONText.encode(answer))
  }

  func pendingChanged() {
    for reader in readers { reader.pendingChanged() }
  }

  func leave() {
    close(.leaving)
  }

  func closed() {
    socket = nil
    for reader in readers { reader.leave() }
    readers = []
  }

  private func close(_ reason: EndReason) {
    let text =
      switch reason {
      case .leaving: "This node is leaving."
      case .unavailable: Admission.Rejection.unreadable.message
      case .tooSlow: "The client did not read fast enough."
      }
    socket?.close(CloseCode(reason), text)
  }
}
