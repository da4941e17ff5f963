import Testing
import Updates

@Suite struct UpdateTests {
  @Test(arguments: [
    "a", "Z", "0", "news", "a.b_c:d-e", "resets", String(repeating: "x", count: 100),
  ])
  func aTokenIsAnEventName(text: String) {
    #expect(EventName(text)?.name == text)
  }

  @Test(arguments: [
    "", " ", "a b", "a\n", "a\0", "a/b", "a,b", "\u{E9}", "\u{FF21}", "a\u{301}",
    String(repeating: "x", count: 101),
  ])
  func whatIsNoTokenIsNoEventName(text: String) {
    #expect(EventName(text) == nil)
  }

  @Test(arguments: ["reset", "bye", "error", "open"])
  func theNamesOfServersAndBrowsersAreTaken(text: String) {
    #expect(EventName(text) == nil)
    #expect(EventName(text.uppercased()) != nil)
  }

  @Test(arguments: ["a", "!", "~", "\"quoted\"", "a/b?c=d", String(repeating: "x", count: 100)])
  func visibleAsciiIsAnIdempotencyKey(text: String) {
    #expect(IdempotencyKey(text)?.text == text)
  }

  @Test(arguments: [
    "", " ", "a b", "a\t", "\0", "a\u{7F}", "\u{E9}", "a\u{301}",
    String(repeating: "x", count: 101),
  ])
  func otherTextIsNoIdempotencyKey(text: String) {
    #expect(IdempotencyKey(text) == nil)
  }

  @Test func aDraftBecameAnUpdateOfTheSameBytesAndTheSameEvent() {
    let topic = Topic.named("room")
    let event = EventName("news")
    func update(_ event: EventName?, _ data: String) -> Update {
      Update(id: topic.place(1), topic: topic, event: event, data: data)
    }
    let draft = Draft(topic: topic, event: event, data: "\u{E9}")
    #expect(draft.became(update(event, "\u{E9}")))
    #expect(!draft.became(update(event, "e\u{301}")))
    #expect(!draft.became(update(event, "\u{E9}\0")))
    #expect(!draft.became(update(nil, "\u{E9}")))
    #expect(!draft.became(update(EventName("new"), "\u{E9}")))
    #expect(Draft(topic: topic, data: "").became(update(nil, "")))
  }
}
