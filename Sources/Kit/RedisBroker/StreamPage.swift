import Updates

/// What the script `read` answers.
struct StreamPage {
  struct Entry {
    var id: StreamID
    var event: String?
    var data: String
  }

  var epoch: String
  /// The place before the oldest entry that is kept.
  var floor: StreamID
  /// The place of the newest, kept or not.
  var last: StreamID
  /// Whether the place that was asked for is kept. If not, the entries begin with the oldest.
  var isFound: Bool
  var hasMore: Bool
  var entries: [Entry]

  static func read(_ reply: Reply) -> Found<StreamPage> {
    if case .error(let text) = reply { return .problem(RedisProblem(text)) }
    guard let parts = reply.array else { return .problem(.error("unknown")) }
    if parts == [.string("")] { return .nothing }
    guard parts.count == 6, let epoch = parts[0].string.flatMap(Epoch.init),
      let floor = parts[1].string.flatMap({ StreamID($0) }),
      let last = parts[2].string.flatMap({ StreamID($0) }), let entries = parts[5].array
    else { return .problem(.error("unknown")) }
    return .found(
      StreamPage(
        epoch: epoch.text, floor: floor, last: last, isFound: parts[3] == .integer(1),
        hasMore: parts[4] == .integer(1), entries: entries.compactMap(Entry.init)))
  }

  func updates(of topic: Topic) -> [Update] {
    entries.map { $0.update(of: topic, epoch) }
  }
}

/// What a read comes to.
enum Found<Value: Sendable>: Sendable {
  case found(Value)
  /// Redis has no history at all.
  case nothing
  case problem(RedisProblem)
}

/// The name of a history, as cursors may have it.
struct Epoch {
  var text: String

  init?(_ text: String) {
    guard (1...40).contains(text.utf8.count),
      text.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber) })
    else { return nil }
    self.text = text
  }
}

extension StreamPage.Entry {
  func update(of topic: Topic, _ epoch: String) -> Update {
    Update(
      id: StreamCursor(epoch: epoch, id: id).cursor(of: topic), topic: topic,
      event: event.flatMap(EventName.init), data: data)
  }

  fileprivate init?(_ reply: Reply) {
    guard let parts = reply.array, parts.count == 2, let fields = parts[1].array,
      let id = parts[0].string.flatMap({ StreamID($0) })
    else { return nil }
    self.init(id: id, event: nil, data: "")
    for index in stride(from: 0, to: fields.count - 1, by: 2) {
      switch fields[index].string {
      case "data": data = fields[index + 1].string ?? ""
      case "event": event = fields[index + 1].string
      default: break
      }
    }
  }
}
