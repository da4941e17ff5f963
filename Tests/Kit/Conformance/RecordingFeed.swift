import Updates

/// Remembers what a fan-out hands over.
package final class RecordingFeed: Feed {
  package enum Entry: Sendable {
    case opened(Topic, History)
    case delivered(Topic, [Update])
  }

  package let journal = Journal<Entry>()

  package init() {}

  package func open(_ topic: Topic, _ history: History) {
    journal.add(.opened(topic, history))
  }

  package func deliver(_ updates: [Update], on topic: Topic) {
    journal.add(.delivered(topic, updates))
  }

  /// All that was handed over of a topic: what it had when it was opened, and what came after.
  package func updates(of topic: Topic) -> [Update] {
    journal.entries.flatMap { entry -> [Update] in
      switch entry {
      case .opened(topic, let history): history.updates(from: history.start, limit: .max) ?? []
      case .delivered(topic, let updates): updates
      default: []
      }
    }
  }

  /// What the topic was opened with.
  package func history(of topic: Topic) -> History? {
    for case .opened(topic, let history) in journal.entries { return history }
    return nil
  }
}
