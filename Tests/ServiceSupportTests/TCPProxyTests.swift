import ServiceSupport
import Testing

@Suite struct TCPProxyTests {
  private static func text(_ connection: HTTPConnection, _ count: Int) async throws -> String {
    String(decoding: try await connection.bytes(atLeast: count), as: UTF8.self)
  }

  @Test func passesBytesAndEnds() async throws {
    let server = try await EchoServer.start()
    let proxy = try await TCPProxy.start(to: server.port)
    let client = try await HTTPConnection.open(port: proxy.port)
    client.send("hello")
    #expect(try await Self.text(client, 5) == "hello")
    client.send(" and more")
    client.endSending()
    #expect(try await client.ending() == .closed)
    #expect(String(decoding: client.bytes, as: UTF8.self) == "hello and more")
    try await proxy.close()
  }

  @Test func cutsAndTakesNewConnections() async throws {
    let server = try await EchoServer.start()
    let proxy = try await TCPProxy.start(to: server.port)
    let first = try await HTTPConnection.open(port: proxy.port)
    first.send("a")
    _ = try await Self.text(first, 1)
    try await proxy.cut(.reset)
    guard case .broken = try await first.ending() else {
      Issue.record("no reset")
      return
    }
    let second = try await HTTPConnection.open(port: proxy.port)
    second.send("b")
    #expect(try await Self.text(second, 1) == "b")
    try await proxy.cut(.close)
    #expect(try await second.ending() == .closed)
  }

  @Test func refusesNewConnections() async throws {
    let server = try await EchoServer.start()
    let proxy = try await TCPProxy.start(to: server.port)
    let old = try await HTTPConnection.open(port: proxy.port)
    old.send("a")
    _ = try await Self.text(old, 1)
    try await proxy.refuse()
    // The RST may come before the connection is ours.
    let refused = try? await HTTPConnection.open(port: proxy.port)
    _ = try await refused?.ending()
    old.send("b")
    #expect(try await Self.text(old, 2) == "ab")
    try await proxy.accept()
    let new = try await HTTPConnection.open(port: proxy.port)
    new.send("c")
    #expect(try await Self.text(new, 1) == "c")
  }

  @Test func pausesOneDirection() async throws {
    let server = try await EchoServer.start()
    let proxy = try await TCPProxy.start(to: server.port)
    let client = try await HTTPConnection.open(port: proxy.port)
    try await proxy.pause(.toClient)
    client.send("a")
    try await server.waitForBytes(1)
    #expect(client.bytes.isEmpty)
    try await proxy.resume(.toClient)
    #expect(try await Self.text(client, 1) == "a")
    try await proxy.pause(.toServer)
    client.send("bc")
    #expect(server.bytes.value == 1)
    try await proxy.resume()
    #expect(try await Self.text(client, 3) == "abc")
  }

  @Test func delays() async throws {
    let server = try await EchoServer.start()
    let proxy = try await TCPProxy.start(to: server.port)
    try await proxy.delay(.milliseconds(100))
    let client = try await HTTPConnection.open(port: proxy.port)
    var echo = ""
    let time = try await ContinuousClock().measure {
      client.send("a")
      echo = try await Self.text(client, 1)
    }
    #expect(echo == "a")
    #expect(time >= Duration.milliseconds(200))
  }

  @Test func throttles() async throws {
    let server = try await EchoServer.start()
    let proxy = try await TCPProxy.start(to: server.port)
    try await proxy.throttle(bytesPerSecond: 20_000, .toClient)
    let client = try await HTTPConnection.open(port: proxy.port)
    let bytes = [UInt8](repeating: 0x61, count: 10_000)
    let time = try await ContinuousClock().measure {
      client.send(bytes)
      _ = try await client.bytes(atLeast: bytes.count)
    }
    // The last piece goes at once when its time has come.
    #expect(time >= Duration.milliseconds(400))
  }

  @Test func holdsNothingBackForGood() async throws {
    let server = try await EchoServer.start()
    let proxy = try await TCPProxy.start(to: server.port)
    let client = try await HTTPConnection.open(port: proxy.port)
    let bytes = (0..<1_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    client.send(bytes)
    // Not compared in the expectation, which would look for the differences.
    let isSame = try await client.bytes(atLeast: bytes.count) == bytes
    #expect(isSame)
  }
}
