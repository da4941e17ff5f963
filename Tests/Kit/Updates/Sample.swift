import Updates

/// Updates by their number; place 0 is before the first.
enum Sample {
  static let numbering = Numbering(epoch: "test")
}

extension Topic {
  static func named(_ name: String) -> Topic {
    guard let topic = Topic(name) else { preconditionFailure("\(name) is no topic") }
    return topic
  }

  func place(_ number: Int) -> Cursor {
    Sample.numbering.cursor(Int64(number), of: self)
  }

  func update(_ number: Int, _ data: String? = nil) -> Update {
    Update(id: place(number), topic: self, event: nil, data: data ?? "\(number)")
  }
}
