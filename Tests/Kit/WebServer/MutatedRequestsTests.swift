import Testing
import WireSupport

/// 100 000 requests that were right once.
@Suite struct MutatedRequestsTests {
  private static let targets = [
    "/", "/topics/room/updates?after=a-b-1", "/topics/a%2Fb/events?after=earliest&x=%F0%9F%91%A9",
    "/topics/%C3%A9/socket", "/a/b//c?a=1&b=2&&c=%26%3D", "/%00%7f/..?=&?/%25",
  ]
  private static let addresses = [
    "203.0.113.9", "10.0.0.0/8", "::1", "2001:db8::/32", "::ffff:192.0.2.1", "fe80::1",
    "http://localhost:8080", "https://Live.Example.com", "http://[2001:DB8::1]:80", "0.0.0.0/0",
  ]
  private static let heads = [
    "GET / HTTP\nHost: localhost:8080",
    "POST /topics/a/updates\nHost: live.example.com\nOrigin: https://live.example.com\n"
      + "Transfer-Encoding: chunked\nX-Forwarded-For: 198.51.100.1, 10.0.0.2",
    "GET /topics/a/socket\nHost: [::1]:8080\nOrigin: http://[::1]:8080\nUpgrade: websocket\n"
      + "Connection: keep-alive, Upgrade\nSec-WebSocket-Version: 13\n"
      + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
  ]

  @Test func aTargetIsReadAsThePlainestReadingReadsIt() {
    expectToBeRead(.target, Self.targets, count: 40_000)
  }

  @Test func addressesAndOriginsAreWhatTheySay() {
    expectToBeRead(.address, Self.addresses, count: 40_000)
  }

  @Test func noRequestIsAdmittedThatShouldNotBe() {
    expectToBeRead(.head, Self.heads, count: 20_000)
  }

  private func expectToBeRead(_ input: WireInput, _ seeds: [String], count: Int) {
    for seed in seeds { #expect(input.problem(with: Array(seed.utf8)) == nil) }
    var mutation = Mutation(seed: 6)
    for number in 0..<count {
      let bytes = mutation.mutated(Array(seeds[number % seeds.count].utf8))
      guard let problem = input.problem(with: bytes) else { continue }
      // Others are likely to be of the same kind.
      Issue.record("\(problem): \(String(decoding: bytes, as: UTF8.self).debugDescription)")
      return
    }
  }
}
