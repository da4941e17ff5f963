import NIOCore
import Testing
import Updates

@testable import WebServer

@Suite struct ServerVariablesTests {
  private func variables(_ values: [String: String]) throws(InvalidVariable) -> ServerVariables {
    try ServerVariables(EnvironmentVariables(values), maximumConnections: 1000)
  }

  @Test func everyVariableHasADefault() throws {
    let variables = try variables([:])
    #expect(variables.host == "127.0.0.1")
    #expect(variables.port == 8080)
    #expect(variables.eventLoops == System.coreCount)
    #expect(variables.publicOrigin == nil)
    #expect(variables.trustedProxies.isEmpty)
    #expect(variables.publishToken == nil)
    #expect(variables.maximumConnections == 1000)
    #expect(variables.maximumConnectionsPerAddress == 256)
    #expect(variables.connectRate == 1000)
    #expect(variables.publishRate == 100)
    #expect(variables.maximumBody == 65_536)
    #expect(variables.drainSeconds == 20)
    #expect(!variables.exposesMetrics)
    #expect(variables.isLoopback)
  }

  @Test func everyVariableIsRead() throws {
    let variables = try variables([
      "HOST": "::1", "PORT": "0", "EVENT_LOOPS": "3", "PUBLIC_URL": "https://Live.example.com/",
      "TRUSTED_PROXIES": " 10.0.0.0/8 ,192.0.2.7,",
      "PUBLISH_TOKEN": String(repeating: "t", count: 32),
      "MAX_CONNECTIONS": "4", "MAX_CONNECTIONS_PER_ADDRESS": "5", "CONNECT_RATE": "6",
      "PUBLISH_RATE": "7", "MAX_BODY": "8", "DRAIN_SECONDS": "9", "EXPOSE_METRICS": "true",
    ])
    #expect(variables.host == "::1")
    #expect(variables.port == 0)
    #expect(variables.eventLoops == 3)
    #expect(variables.publicOrigin == Origin("https://live.example.com"))
    #expect(variables.trustedProxies == ["10.0.0.0/8", "192.0.2.7"].compactMap(AddressBlock.init))
    #expect(variables.publishToken == String(repeating: "t", count: 32))
    #expect(variables.maximumConnections == 4)
    #expect(variables.maximumConnectionsPerAddress == 5)
    #expect(variables.connectRate == 6)
    #expect(variables.publishRate == 7)
    #expect(variables.maximumBody == 8)
    #expect(variables.drainSeconds == 9)
    #expect(variables.exposesMetrics)
  }

  @Test(arguments: [
    ("PORT", "0", "65535"), ("EVENT_LOOPS", "1", "256"), ("MAX_CONNECTIONS", "1", "10000000"),
    ("MAX_CONNECTIONS_PER_ADDRESS", "1", "10000000"), ("CONNECT_RATE", "1", "1000000"),
    ("PUBLISH_RATE", "1", "1000000"), ("MAX_BODY", "1", "10000000"), ("DRAIN_SECONDS", "1", "3600"),
  ])
  func aNumberHasBounds(name: String, lowest: String, highest: String) throws {
    let numbers = try [lowest, highest].map { try #require(Int($0)) }
    for number in numbers { _ = try variables([name: "\(number)"]) }
    let problem = "a whole number from \(lowest) to \(highest) is expected"
    for value in ["\(numbers[0] - 1)", "\(numbers[1] + 1)", "x", "1.5", "1 "] {
      #expect(throws: InvalidVariable(name: name, problem: problem)) {
        try variables([name: value])
      }
    }
  }

  @Test(arguments: [
    ("EXPOSE_METRICS", "1", "true or false is expected"),
    ("ALLOW_ANONYMOUS", "yes", "true or false is expected"),
    ("PUBLIC_URL", "a.example", "a URL without a path is expected: https://live.example.com"),
    ("PUBLIC_URL", "https://a/b", "a URL without a path is expected: https://live.example.com"),
    ("PUBLIC_URL", "https://a//", "a URL without a path is expected: https://live.example.com"),
    ("PUBLIC_URL", "wss://a", "a URL without a path is expected: https://live.example.com"),
    ("PUBLIC_URL", "/", "a URL without a path is expected: https://live.example.com"),
    (
      "TRUSTED_PROXIES", "proxy.example",
      "addresses or blocks with commas between are expected: 10.0.0.0/8,192.0.2.7"
    ),
    (
      "TRUSTED_PROXIES", "10.0.0.0/8;192.0.2.7",
      "addresses or blocks with commas between are expected: 10.0.0.0/8,192.0.2.7"
    ),
    (
      "PUBLISH_TOKEN", "0123456789abcdef0123456789abcde",
      "a secret of 32 to 4096 bytes is expected: openssl rand -hex 32"
    ),
  ])
  func aWrongValueIsToldWhatWouldBeRight(name: String, value: String, problem: String) {
    #expect(throws: InvalidVariable(name: name, problem: problem)) { try variables([name: value]) }
  }

  @Test(arguments: [
    "HOST", "PORT", "EVENT_LOOPS", "PUBLIC_URL", "TRUSTED_PROXIES", "PUBLISH_TOKEN",
    "SUBSCRIBE_SECRET", "MAX_CONNECTIONS", "MAX_CONNECTIONS_PER_ADDRESS", "CONNECT_RATE",
    "PUBLISH_RATE", "MAX_BODY", "DRAIN_SECONDS", "EXPOSE_METRICS", "ALLOW_ANONYMOUS",
  ])
  func theValueIsNeverRepeated(name: String) {
    let error = #expect(throws: InvalidVariable.self) { try variables([name: "hunter2"]) }
    let text = error?.description ?? "hunter2"
    #expect(!text.contains("hunter2"))
    #expect(error?.name == name)
  }

  /// A secret that is set and not used would let everybody in unnoticed.
  @Test(arguments: ["short", "0123456789abcdef0123456789abcdef"])
  func aSubscribeSecretStopsAServerThatCannotCheckIt(secret: String) {
    let problem = "this server cannot check tokens of subscribers yet and will not pretend to"
    let others: [[String: String]] = [[:], ["ALLOW_ANONYMOUS": "true", "HOST": "0.0.0.0"]]
    for more in others {
      #expect(throws: InvalidVariable(name: "SUBSCRIBE_SECRET", problem: problem)) {
        try variables(["SUBSCRIBE_SECRET": secret].merging(more) { $1 })
      }
    }
  }

  @Test(arguments: ["0.0.0.0", "::", "192.0.2.7", "example.com", "2001:db8::1", "localhost.", " "])
  func whereOthersReachItAServerIsNotOpenUnlessItIsSaid(host: String) throws {
    let problem =
      "on an address that others reach, anybody may subscribe; ALLOW_ANONYMOUS=true allows it"
    let token = String(repeating: "t", count: 32)
    let others: [[String: String]] = [
      [:], ["ALLOW_ANONYMOUS": "false"], ["PUBLISH_TOKEN": token],
    ]
    for more in others {
      #expect(throws: InvalidVariable(name: "HOST", problem: problem)) {
        try variables(["HOST": host].merging(more) { $1 })
      }
    }
    let open = try variables(["HOST": host, "ALLOW_ANONYMOUS": "true"])
    #expect(open.host == host)
    #expect(!open.isLoopback)
  }

  @Test(arguments: ["localhost", "127.0.0.1", "127.0.0.53", "::1", ""])
  func onThisMachineItIsOpen(host: String) throws {
    #expect(try variables(["HOST": host]).isLoopback)
  }
}
