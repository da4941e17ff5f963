import NIOCore
import Testing

@testable import WebServer

@Suite struct ClientAddressTests {
  private func address(_ text: String) throws -> ClientAddress {
    try #require(ClientAddress(text))
  }

  @Test(arguments: [
    ("127.0.0.1", "127.0.0.1"), ("255.255.255.255", "255.255.255.255"),
    ("::", "0:0:0:0:0:0:0:0"), ("2001:DB8::1", "2001:db8:0:0:0:0:0:1"),
    ("::1.2.3.4", "0:0:0:0:0:0:102:304"), ("::ffff:192.0.2.7", "192.0.2.7"),
    ("::FFFF:c000:207", "192.0.2.7"),
  ])
  func anAddressIsReadAndWritten(text: String, written: String) throws {
    let address = try address(text)
    #expect(address.description == written)
    #expect(ClientAddress(written) == address)
  }

  @Test(arguments: [
    "", " ", "localhost", "1.2.3", "1.2.3.4.5", "256.1.1.1", "1.2.3.04", " 1.2.3.4", "1.2.3.4 ",
    "1.2.3.4:80", "0x7f.0.0.1", "127.1", "2130706433", "1::2::3", "::g", "[::1]", "::1%lo",
    "1:2:3:4:5:6:7", "unknown", "_hidden",
  ])
  func otherTextIsNoAddress(text: String) {
    #expect(ClientAddress(text) == nil)
  }

  @Test func theAddressOfASocketIsTaken() throws {
    let ipv4 = try SocketAddress(ipAddress: "192.0.2.7", port: 80)
    let mapped = try SocketAddress(ipAddress: "::ffff:192.0.2.7", port: 81)
    let path = try SocketAddress(unixDomainSocketPath: "/tmp/socket")
    #expect(try ClientAddress(ipv4) == address("192.0.2.7"))
    #expect(try ClientAddress(mapped) == address("192.0.2.7"))
    #expect(ClientAddress(path) == nil)
    #expect(ClientAddress(nil as SocketAddress?) == nil)
  }

  @Test func thisMachineIsLoopback() throws {
    for text in ["127.0.0.1", "127.255.0.9", "::1", "::ffff:127.0.0.1"] {
      #expect(try address(text).isLoopback, "\(text)")
    }
    for text in ["126.0.0.1", "128.0.0.1", "0.0.0.0", "::", "::2", "1::1", "::ffff:10.0.0.1"] {
      #expect(try !address(text).isLoopback, "\(text)")
    }
  }

  @Test func aClientHasAnIPv4AddressOrA64OfIPv6() throws {
    let network = try address("2001:db8:1:2::1").network
    #expect(try address("2001:db8:1:2:ffff:ffff:ffff:ffff").network == network)
    #expect(try address("2001:db8:1:3::1").network != network)
    #expect(try address("2001:db9:1:2::1").network != network)
    #expect(try address("192.0.2.7").network != address("192.0.2.8").network)
    #expect(try address("::ffff:192.0.2.7").network == address("192.0.2.7").network)
  }

  @Test(arguments: [
    ("10.0.0.0/8", "10.255.0.1", true), ("10.0.0.0/8", "11.0.0.1", false),
    ("10.0.0.0/8", "9.255.255.255", false), ("192.0.2.0/25", "192.0.2.127", true),
    ("192.0.2.0/25", "192.0.2.128", false), ("192.0.2.128/25", "192.0.2.127", false),
    ("192.0.2.7", "192.0.2.7", true), ("192.0.2.7", "192.0.2.6", false),
    ("192.0.2.7/32", "192.0.2.8", false), ("192.0.2.6/31", "192.0.2.7", true),
    ("0.0.0.0/0", "203.0.113.1", true), ("0.0.0.0/0", "::1", false), ("::/0", "1.2.3.4", false),
    ("::/0", "2001:db8::1", true), ("2001:db8::/32", "2001:db8:ffff::1", true),
    ("2001:db8::/32", "2001:db9::1", false), ("2001:db8::/33", "2001:db8:8000::1", false),
    ("2001:db8::/127", "2001:db8::1", true), ("2001:db8::/127", "2001:db8::2", false),
    ("2001:db8::1", "2001:db8::1", true), ("10.0.0.0/8", "::ffff:10.1.1.1", true),
    ("10.1.2.3/8", "10.9.9.9", true),
  ])
  func aBlockHoldsTheAddressesThatBeginAsItDoes(
    text: String, other: String, isInside: Bool
  ) throws {
    let block = try #require(AddressBlock(text))
    let address = try address(other)
    #expect(block.contains(address) == isInside)
  }

  @Test(arguments: [
    "", "/", "/8", "x", "x/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/8/8",
    "10.0.0.0/a", "10.0.0.0/ 8", "10.0.0.0 /8", "::/129", "::1/", "10.0.0/8",
    "::ffff:10.0.0.0/104",
  ])
  func otherTextIsNoBlock(text: String) {
    #expect(AddressBlock(text) == nil)
  }

  /// `-0` would be a block of all addresses.
  @Test(arguments: ["10.0.0.0/-0", "10.0.0.0/+8", "::/+0"])
  func theSizeOfABlockIsDigitsOnly(text: String) {
    #expect(AddressBlock(text) == nil)
  }

  /// What the C library reads ends at the first NUL.
  @Test func whatComesAfterANULIsNotOverlooked() {
    #expect(ClientAddress("127.0.0.1\0.example.com") == nil)
  }
}
