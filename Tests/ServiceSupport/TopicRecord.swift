/// What was told of one topic.
struct TopicRecord: Sendable {
  struct Update: Sendable, Equatable {
    var id: String
    var data: String
    var publisher: String
    var number: Int
  }

  enum Entry: Sendable {
    case update(id: String, data: String)
    case reset
  }

  enum Start: Sendable {
    /// With all updates that were told after so many others.
    case since(Int)
    case after(String)
    case unknown
  }

  struct Reading: Sendable {
    var start = Start.unknown
    var entries: [Entry] = []
    var hasLeft = false
  }

  var unanswered: [Update] = []
  private(set) var published: [Update] = []
  private(set) var readings: [String: Reading] = [:]
  private var latest: [String: Update] = [:]

  mutating func publish(_ update: Update) {
    // A publisher that asks again with its key is answered again.
    guard latest.updateValue(update, forKey: update.id) != update else { return }
    published.append(update)
  }

  mutating func begin(_ client: String, at start: DeliveryChecker.Start) {
    let place: Start =
      switch start {
      case .beginning: .since(0)
      case .now: .since(published.count)
      case .after(let id): .after(id)
      }
    readings[client, default: Reading()].start = place
  }

  mutating func add(_ entry: Entry, to client: String) {
    readings[client, default: Reading()].entries.append(entry)
  }

  mutating func leave(_ client: String) {
    readings[client, default: Reading()].hasLeft = true
  }
}
