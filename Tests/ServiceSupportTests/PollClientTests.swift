import ServiceSupport
import Testing

@Suite struct PollClientTests {
  private static func page(
    _ ids: [String], next: String, reset: Bool = false, _ fields: String = ""
  ) -> [UInt8] {
    let updates = ids.map { #"{"id":"\#($0)","data":"data \#($0)"}"# }.joined(separator: ",")
    let body = #"{"updates":[\#(updates)],"next":"\#(next)","reset":\#(reset)}"#
    return Array(
      "HTTP/1.1 200 OK\r\nContent-Length: \(body.utf8.count)\r\n\(fields)\r\n\(body)".utf8)
  }

  private static let notModified = Array("HTTP/1.1 304 Not Modified\r\n\r\n".utf8)

  private static func targets(_ server: ScriptedServer) -> [Substring] {
    String(decoding: server.received.value, as: UTF8.self).split(separator: "\r\n")
      .filter { $0.hasPrefix("GET ") }.compactMap { $0.split(separator: " ").dropFirst().first }
  }

  @Test func asksOnOneConnectionWithItsCursor() async throws {
    let server = try await ScriptedServer.start([
      Self.page([], next: "1", "ETag: \"1/0\"\r\n"), Self.page([], next: "1", "ETag: \"1/0\"\r\n"),
      Self.notModified, Self.page(["2", "3"], next: "3"), Self.page(["4"], next: "4"),
    ])
    let client = try await TransportKind.longPolling.connect("t", port: server.port)
    #expect(try await client.nextNews() == .place("1"))
    #expect(try await client.nextUpdates(3).map(\.id) == ["2", "3", "4"])
    #expect(server.connections.value == 1)
    #expect(
      Self.targets(server) == ["/topics/t/updates?wait=0"]
        + Array(repeating: "/topics/t/updates?after=1&wait=25", count: 3)
        + ["/topics/t/updates?after=3&wait=25"])
    let request = String(decoding: server.received.value, as: UTF8.self)
    #expect(request.split(separator: "If-None-Match: \"1/0\"\r\n").count == 3)
  }

  @Test func tellsOfAResetAndOfTheEnd() async throws {
    let server = try await ScriptedServer.start(
      [
        Self.page(["5"], next: "5", reset: true), Self.page([], next: "0", reset: true),
        Self.page(["6"], next: "6"),
      ], closes: true)
    let client = try await TransportKind.polling.connect("t", after: "old", port: server.port)
    #expect(try await client.nextNews() == .reset(nil))
    #expect(try await client.nextUpdates(1).map(\.data) == ["data 5"])
    #expect(try await client.nextNews() == .reset("0"))
    #expect(try await client.nextUpdates(1).map(\.id) == ["6"])
    #expect(try await client.nextNews() == .bye(nil))
    #expect(
      Self.targets(server).prefix(3) == [
        "/topics/t/updates?after=old", "/topics/t/updates?after=5", "/topics/t/updates?after=0",
      ])
  }

  @Test func comesAgainAfterAnAnswerThatWasTheLastOfItsConnection() async throws {
    let server = try await ScriptedServer.start([
      Self.page(["2"], next: "2", "Connection: close\r\n")
    ])
    let client = try await TransportKind.longPolling.connect("t", after: "1", port: server.port)
    #expect(try await client.nextNews() == .place("1"))
    #expect(try await client.nextUpdates(2).map(\.id) == ["2", "2"])
    #expect(server.connections.value == 2)
  }
}
