import Conformance
import Testing
import Updates

@testable import WebServer

@Suite struct LimitsTests {
  private let clock = ManualClock()
  private let a = ClientAddress("192.0.2.1")
  private let b = ClientAddress("192.0.2.2")

  private func limits(_ variables: [String: String]) throws -> Limits {
    Limits(
      try ServerVariables(EnvironmentVariables(variables), maximumConnections: 1000),
      clock: clock.read)
  }

  // MARK: A bucket of tokens

  @Test func aBucketGivesItsRateAtOnceAndThenAsTimeGoesOn() {
    var bucket = TokenBucket(rate: 4, at: 0)
    func takes(_ count: Int, at seconds: Double) -> Int {
      (0..<count).reduce(0) { sum, _ in sum + (bucket.take(at: seconds) ? 1 : 0) }
    }
    let taken = [
      takes(10, at: 0), takes(1, at: 0.125), takes(2, at: 0.25), takes(10, at: 0.75),
      takes(10, at: 1000),
    ]
    #expect(taken == [4, 0, 1, 2, 4])
  }

  @Test func aBucketIsFullOnceItsTokensAreBack() {
    var bucket = TokenBucket(rate: 2, at: 0)
    #expect(bucket.isFull(at: 0))
    _ = bucket.take(at: 0)
    #expect(!bucket.isFull(at: 0.25))
    #expect(bucket.isFull(at: 0.5))
  }

  @Test func aClockThatGoesBackGivesNothing() {
    var bucket = TokenBucket(rate: 2, at: 100)
    let taken = [100.0, 100, 100, 50, 50].map { bucket.take(at: $0) }
    #expect(taken == [true, true, false, false, false])
  }

  // MARK: Connections

  @Test func aNodeTakesSoManyConnectionsAndNoMore() throws {
    let limits = try limits(["MAX_CONNECTIONS": "3"])
    #expect([a, b, nil].map { limits.connect(from: $0) } == [.welcome, .welcome, .welcome])
    #expect([a, nil].map { limits.connect(from: $0) } == [.full, .full])
    #expect(limits.connections == 3)
    limits.disconnect(from: b)
    #expect(limits.connections == 2)
    #expect(limits.connect(from: a) == .welcome)
    #expect(limits.connect(from: a) == .full)
  }

  @Test func aClientHasSoManyConnectionsAndNoMore() throws {
    let limits = try limits(["MAX_CONNECTIONS_PER_ADDRESS": "2"])
    let answers = [a, a, a, b].map { limits.connect(from: $0) }
    #expect(answers == [.welcome, .welcome, .tooMany, .welcome])
    #expect(limits.connections == 3)
    limits.disconnect(from: a)
    #expect([a, a].map { limits.connect(from: $0) } == [.welcome, .tooMany])
    for _ in 0..<10 { #expect(limits.connect(from: nil) == .welcome) }
  }

  @Test func a64OfIPv6CountsAsOneClient() throws {
    let limits = try limits(["MAX_CONNECTIONS_PER_ADDRESS": "2"])
    let addresses = [
      "2001:db8:1:2::1", "2001:db8:1:2::2", "2001:db8:1:2:3::4", "2001:db8:1:3::1",
    ]
    let answers = addresses.map { limits.connect(from: ClientAddress($0)) }
    #expect(answers == [.welcome, .welcome, .tooMany, .welcome])
    limits.disconnect(from: ClientAddress("2001:db8:1:2::2"))
    #expect(limits.connect(from: ClientAddress("2001:db8:1:2:3::4")) == .welcome)
  }

  @Test func connectionsComeAtABoundedRate() throws {
    let limits = try limits(["CONNECT_RATE": "2"])
    #expect([a, b, a].map { limits.connect(from: $0) } == [.welcome, .welcome, .full])
    clock.advance(by: 0.5)
    #expect([b, a].map { limits.connect(from: $0) } == [.welcome, .full])
  }

  /// Or one client could use up the rate of all.
  @Test func whoHasTooManyConnectionsTakesNothingFromTheRateOfAll() throws {
    let limits = try limits(["CONNECT_RATE": "4", "MAX_CONNECTIONS_PER_ADDRESS": "1"])
    let answers = [a, a, a, a, a, b].map { limits.connect(from: $0) }
    #expect(answers == [.welcome, .tooMany, .tooMany, .tooMany, .tooMany, .welcome])
  }

  // MARK: Streams behind a proxy

  @Test func aStreamBehindAProxyCountsForItsClient() throws {
    let limits = try limits(["MAX_CONNECTIONS_PER_ADDRESS": "2"])
    let answers = [a, a, a, b].map { limits.beginStream(of: $0) }
    #expect(answers == [.welcome, .welcome, .tooMany, .welcome])
    limits.endStream(of: a)
    #expect(limits.beginStream(of: a) == .welcome)
    #expect(limits.connections == 0)
  }

  // MARK: Publishing

  @Test func aClientPublishesAtABoundedRateOfItsOwn() throws {
    let limits = try limits(["PUBLISH_RATE": "2"])
    #expect([a, a, a, b].map { limits.mayPublish($0) } == [true, true, false, true])
    clock.advance(by: 0.5)
    #expect([a, a].map { limits.mayPublish($0) } == [true, false])
    #expect((0..<5).allSatisfy { _ in limits.mayPublish(nil) })
  }

  @Test func whoOnceUsedItsRateIsRememberedThoughManyOthersAreForgotten() throws {
    let limits = try limits(["PUBLISH_RATE": "4"])
    func crowd(_ block: Int) {
      for number in 0..<10_001 {
        _ = limits.mayPublish(ClientAddress("10.\(block).\(number / 256).\(number % 256)"))
      }
    }
    crowd(1)
    clock.advance(by: 0.5)
    #expect((0..<5).map { _ in limits.mayPublish(a) } == [true, true, true, true, false])
    clock.advance(by: 0.5)
    crowd(2)
    #expect((0..<3).map { _ in limits.mayPublish(a) } == [true, true, false])
  }
}
