import Testing

@testable import WebServer

@Suite struct OriginTests {
  @Test(arguments: [
    ("http://localhost", "http", "localhost", 80), ("https://a.example", "https", "a.example", 443),
    ("http://localhost:8080", "http", "localhost", 8080),
    ("HTTPS://Live.Example.COM:443", "https", "live.example.com", 443),
    ("http://[::1]:8080", "http", "[::1]", 8080),
    ("http://[2001:DB8::1]", "http", "[2001:db8::1]", 80),
    ("http://127.0.0.1:1", "http", "127.0.0.1", 1),
    ("http://a_b-c.d:65535", "http", "a_b-c.d", 65_535),
  ])
  func anOriginIsSchemeHostAndPort(text: String, scheme: String, host: String, port: Int) throws {
    let origin = try #require(Origin(text))
    #expect(origin.scheme == scheme)
    #expect(origin.host == host)
    #expect(origin.port == port)
  }

  @Test func originsAreTheSameHoweverTheyAreWritten() {
    #expect(Origin("https://a.example") == Origin("HTTPS://A.EXAMPLE:443"))
    #expect(Origin("http://a.example") != Origin("https://a.example"))
    #expect(Origin("http://a.example") != Origin("http://a.example:8080"))
    #expect(Origin("http://a.example") != Origin("http://a.example."))
  }

  @Test(arguments: [
    "", "null", "http://", "http:/a", "http:a", "//a", "a.example", "ftp://a", "ws://a", "file://",
    "http://a/", "http://a/b", "http://a?b", "http://a#b", "http://user@a", "http://a:b@c",
    "http://a b", " http://a", "http://a ", "http://a\n", "http://a\0", "http://\u{E9}",
    "http://a\u{301}", "http://a:", "http://a:-1", "http://a:+1", "http://a:65536", "http://a:1:2",
    "http://a:x", "http://::1", "http://[::1", "http://::1]", "http://[::1]x", "http://a,http://b",
    "http://http://a", "http://*.example", "https//a",
  ])
  func otherTextIsNoOrigin(text: String) {
    #expect(Origin(text) == nil)
  }

  @Test func aHostHasAtMost255Bytes() {
    #expect(Authority(String(repeating: "a", count: 255)) != nil)
    #expect(Authority(String(repeating: "a", count: 256)) == nil)
  }

  @Test(arguments: [
    "localhost", "LOCALHOST", "localhost:8080", "127.0.0.1", "127.9.9.9:1", "[::1]:80",
  ])
  func namesOfThisMachineAreLoopback(text: String) throws {
    let authority = try #require(Authority(text))
    #expect(authority.isLoopback)
  }

  @Test(arguments: [
    "localhost.example.com", "localhost.", "127.0.0.1.nip.io", "127.1", "0.0.0.0", "10.0.0.1",
    "[::]", "[::2]", "evil.example:8080", "127.0.0.1.",
  ])
  func otherNamesAreNotThoughTheyMayLeadHere(text: String) throws {
    let authority = try #require(Authority(text))
    #expect(!authority.isLoopback)
  }

  /// Between brackets stands an IPv6 address and nothing else.
  @Test(arguments: ["[]", "[a]", "[127.0.0.1]", "[::1]]", "[[::1]]", "[::g]"])
  func bracketsHoldAnAddress(text: String) {
    #expect(Authority(text) == nil)
  }
}
