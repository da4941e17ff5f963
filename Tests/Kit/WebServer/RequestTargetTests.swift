import Testing
import Updates
import WebServer

@Suite struct RequestTargetTests {
  @Test(arguments: [
    ("/", [""]), ("/a", ["a"]), ("/a/b", ["a", "b"]), ("/a//b/", ["a", "", "b", ""]),
    ("/a%20b+c", ["a b+c"]), ("/a%2Fb/c", ["a/b", "c"]), ("/%C3%A9", ["\u{E9}"]),
    ("/%c3%a9", ["\u{E9}"]), ("/e%CC%81", ["e\u{301}"]), ("/%F0%9F%91%A9", ["\u{1F469}"]),
    ("/%2525", ["%25"]), ("/..", [".."]), ("/%2E%2E/a", ["..", "a"]), ("/%00", ["\0"]),
    ("/a?b/c", ["a"]), ("/a%3Fb", ["a?b"]),
  ])
  func aPathIsDecodedSegmentBySegment(text: String, path: [String]) throws {
    let decoded = try #require(RequestTarget(text)).path
    #expect(decoded.map { Array($0.utf8) } == path.map { Array($0.utf8) })
  }

  @Test(
    arguments: [
      ("/", [:]), ("/?", [:]), ("/?a=1", ["a": "1"]), ("/?a=1&b=2", ["a": "1", "b": "2"]),
      ("/?a", ["a": ""]), ("/?a=", ["a": ""]), ("/?=1", ["": "1"]), ("/?a=b=c", ["a": "b=c"]),
      ("/?&&a=1&", ["a": "1"]), ("/?a=b%26c%3Dd", ["a": "b&c=d"]), ("/?%61=%62", ["a": "b"]),
      ("/?a=1+2", ["a": "1+2"]), ("/?a=?", ["a": "?"]), ("/?a=/b", ["a": "/b"]),
    ] as [(String, [String: String])])
  func aQueryIsDecodedPairByPair(text: String, query: [String: String]) throws {
    let target = try #require(RequestTarget(text))
    #expect(target.query == query)
  }

  @Test(arguments: [
    "", "a", "*", "?a", "http://localhost/", " /",
    "/%", "/%2", "/a%2", "/%2/0", "/%g0", "/%0g", "/%+1", "/% 1", "/%%20",
    "/%FF", "/%C3", "/%C3/%A9", "/%80", "/%C0%AF", "/%ED%A0%80", "/%F4%90%80%80", "/%E2%82",
    "/?%", "/?a=%2", "/?%FF=1", "/?a=%C3", "/?a=1&a=2", "/?a=1&%61=2", "/?a&a",
  ])
  func whatIsNotWellFormedIsRefused(text: String) {
    #expect(RequestTarget(text)?.query == nil)
  }

  @Test func aTopicStandsBetweenTwoFixedSegments() {
    func name(_ text: String) -> String? { RequestTarget(text)?.topicName(before: "updates") }
    #expect(name("/topics/room/updates") == "room")
    #expect(name("/topics/a%2Fb/updates?after=x") == "a/b")
    #expect(name("/topics//updates") == "")
    let others = [
      "/topics/room/events", "/topics/room", "/topics/room/updates/", "/topics/room/updates/x",
      "/Topics/room/updates", "/x/topics/room/updates", "//topics/room/updates", "/updates",
    ]
    for text in others { #expect(name(text) == nil, "\(text)") }
  }

  @Test func theQuerySaysWhereToStart() {
    func start(_ query: String) -> Start? { RequestTarget("/a?" + query)?.start }
    #expect(start("") == .now)
    #expect(start("before=x") == .now)
    #expect(start("after=earliest") == .earliest)
    #expect(start("after=a-b-1") == Cursor("a-b-1").map(Start.after))
    #expect(start("after=Earliest") == Cursor("Earliest").map(Start.after))
    for query in ["after", "after=", "after=a%20b", "after=%0A", "after=a,b"] {
      #expect(start(query) == .after(.unknown), "\(query)")
    }
    #expect(start("after=" + String(repeating: "x", count: 101)) == .after(.unknown))
    #expect(start("after=a&after=b") == nil)
  }

  /// Where bytes were no UTF-8, the head of the request has U+FFFD, which must not name a topic.
  @Test(arguments: ["/topics/\u{FFFD}/updates", "/topics/\u{E9}/updates", "/a?b=\u{E9}"])
  func bytesOutsideOfASCIIAreRefusedUnlessTheyAreEncoded(text: String) {
    #expect(RequestTarget(text)?.query == nil)
  }
}
