import Testing
import Updates

@Suite struct TopicTests {
  @Test(arguments: [
    "a", "room 7", "...", ".a", "a.", "%2F", "?#&=", "\\", "\u{2028}", "\u{1F469}",
    String(repeating: "x", count: 200), String(repeating: "\u{E9}", count: 100),
  ])
  func aNameOfUpTo200BytesIsATopic(name: String) {
    #expect(Topic(name)?.name == name)
    #expect(Topic(name)?.description == name)
  }

  @Test(arguments: [
    "", ".", "..", "/", "a/b", "\0", "a\nb", "a\r\nb", "\t", "\u{1F}", "\u{7F}", "\u{80}",
    "\u{85}", "\u{9F}", "/\u{301}", String(repeating: "x", count: 201),
    String(repeating: "\u{E9}", count: 100) + "x",
  ])
  func otherNamesAreNot(name: String) {
    #expect(Topic(name) == nil)
  }

  @Test func topicsAreTheSameIfTheirBytesAre() {
    let composed = Topic.named("caf\u{E9}")
    let decomposed = Topic.named("cafe\u{301}")
    #expect(composed.name == decomposed.name)
    #expect(composed != decomposed)
    #expect(composed == Topic.named("caf\u{E9}"))
    #expect(Set([composed, decomposed, Topic.named("caf\u{E9}")]).count == 2)
  }

  @Test func aTopicOfAnySizeIsFoundInADictionary() {
    let topics = (1...200).map { Topic.named(String(repeating: "x", count: $0)) }
    let numbers = Dictionary(uniqueKeysWithValues: zip(topics, 1...200))
    for (number, topic) in zip(1...200, topics) { #expect(numbers[topic] == number) }
  }
}
