import Testing

@testable import RedisBroker

@Suite struct StreamIDTests {
  @Test func idsAreOrderedAsNumbers() throws {
    let ids = try ["0-0", "9-10", "10-2", "10-10"].map { try #require(StreamID($0)) }
    #expect(ids == ids.sorted())
    #expect(ids.map(\.description) == ["0-0", "9-10", "10-2", "10-10"])
  }

  @Test(arguments: ["", "-", "1", "1-", "-1", "1-2-3", "a-1", "1--1", "18446744073709551616-0"])
  func whatIsNoIDIsRefused(text: String) {
    #expect(StreamID(text) == nil)
  }
}
