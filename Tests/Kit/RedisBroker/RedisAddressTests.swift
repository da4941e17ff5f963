import TestSupport
import Testing
import Updates

@testable import RedisBroker

@Suite struct RedisAddressTests {
  private static let password = "hunter2"

  @Test func aHostIsEnough() throws {
    let address = try RedisAddress("redis://cache")
    #expect(address.host == "cache")
    #expect(address.port == 6379)
    #expect(address.user == nil)
    #expect(address.password == nil)
    #expect(address.database == 0)
  }

  @Test func everyPartIsTaken() throws {
    let address = try RedisAddress("redis://app:hunter2@cache.example:6380/15")
    #expect(address.host == "cache.example")
    #expect(address.port == 6380)
    #expect(address.user == "app")
    #expect(address.password == "hunter2")
    #expect(address.database == 15)
  }

  @Test(arguments: ["valkey", "REDIS", "Valkey"])
  func aSchemeMayBeWrittenSo(scheme: String) throws {
    #expect(try RedisAddress("\(scheme)://a:6380/1") == RedisAddress("redis://a:6380/1"))
  }

  @Test(arguments: [
    (":p@", nil, "p"), ("u:p@", "u", "p"), ("@", nil, nil), (":@", nil, nil),
    ("u:a:b@", "u", "a:b"),
    ("u:a@b@", "u", "a@b"), ("u:a/b,c@", "u", "a/b,c"), ("u%3A1:%40%2f%25@", "u:1", "@/%"),
    ("%c3%A9:p%C3%a9@", "\u{E9}", "p\u{E9}"), ("u:\u{E9}@", "u", "\u{E9}"),
    ("u:%3F%23@", "u", "?#"), ("u:%20@", "u", " "),
  ])
  func usersAndPasswordsAreDecoded(text: String, user: String?, password: String?) throws {
    let address = try RedisAddress("redis://\(text)h")
    #expect(address.user == user)
    #expect(address.password == password)
    #expect(address.host == "h")
  }

  @Test func whatWasEncodedIsReadBack() throws {
    var generator = SeededGenerator(seed: 3)
    for _ in 0..<500 {
      let texts = (0..<2).map { _ in
        String(
          String.UnicodeScalarView(
            (0..<Int.random(in: 1...8, using: &generator)).compactMap { _ in
              Unicode.Scalar(UInt32.random(in: 0...0x2FF, using: &generator))
            }))
      }
      let encoded = texts.map { text in
        text.utf8.map { "%" + ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
      }
      let address = try RedisAddress("redis://\(encoded[0]):\(encoded[1])@h")
      let isSame = [address.user, address.password] == texts
      #expect(isSame, "\(encoded)")
    }
  }

  @Test(arguments: [
    ("[::1]", "::1", 6379), ("[::1]:7000", "::1", 7000), ("[fe80::1:2]:1", "fe80::1:2", 1),
    ("127.0.0.1:65535", "127.0.0.1", 65535), ("a-b.c:6379/", "a-b.c", 6379),
  ])
  func hostsAndPortsAreTaken(text: String, host: String, port: Int) throws {
    for user in ["", "u:p@", "u:[p]:1@"] {
      let address = try RedisAddress("redis://\(user)\(text)")
      #expect(address.host == host)
      #expect(address.port == port)
      #expect(address.database == 0)
    }
  }

  static let refusals: [(String, RedisAddress.Problem)] = [
    ("rediss://u:hunter2@h", .tls), ("REDISS://u:hunter2@h", .tls),
    ("valkeys://u:hunter2@h", .tls), ("redis+tls://u:hunter2@h", .tls),
    ("redis+ssl://u:hunter2@h", .tls),
    ("redis+sentinel://u:hunter2@h/name/0", .sentinel),
    ("redis-sentinel://u:hunter2@h", .sentinel), ("sentinel://u:hunter2@h", .sentinel),
    ("redis+cluster://u:hunter2@h", .cluster), ("redis-cluster://u:hunter2@h", .cluster),
    ("redis://u:hunter2@a,b", .cluster), ("redis://u:hunter2@a:1,b:2/3", .cluster),
    ("redis+unix://u:hunter2@/run/redis.sock", .socket),
    ("unix://u:hunter2@/run/redis.sock", .socket),
    ("redis+socket:///hunter2.sock", .socket), ("redis-socket://hunter2", .socket),
    ("redis://u:hunter2@h?db=1", .form), ("redis://h?password=hunter2", .form),
    ("redis://u:hunter2@h#1", .form), ("redis://u:hunter2#@h", .form),
    ("redis://u:hunter2@h:0", .form), ("redis://u:hunter2@h:65536", .form),
    ("redis://u:hunter2@h:abc", .form), ("redis://u:hunter2@h:", .form),
    ("redis://u:hunter2@h:-1", .form), ("redis://u:hunter2@h: 1", .form),
    ("redis://u:hunter2@h:1:2", .form), ("redis://u:hunter2@::1", .form),
    ("redis://u:hunter2@[::1", .form), ("redis://u:hunter2@[::1]x", .form),
    ("redis://u:hunter2@[::1]x:1", .form), ("redis://u:hunter2@[]:1", .form),
    ("redis://u:hunter2@h/x", .form), ("redis://u:hunter2@h/-1", .form),
    ("redis://u:hunter2@h/65536", .form), ("redis://u:hunter2@h/1/2", .form),
    ("redis://u:hunter2@h/1.0", .form),
    ("redis://hunter2@h", .form), ("redis://hunter2:@h", .form),
    ("redis://", .form), ("redis://u:hunter2@", .form), ("redis://u:hunter2@/1", .form),
    ("redis://u:hunter2@:6379", .form), ("redis://u:hunter2@a b", .form),
    ("redis://u:hunter2@h\u{E9}", .form), ("redis://u:hunter2@h\r\n", .form),
    ("redis://u:hunter2@h\0", .form),
    ("redis://u:hunter2%@h", .form), ("redis://u:hunter2%4@h", .form),
    ("redis://u:hunter2%zz@h", .form), ("redis://u:hunter2%ff@h", .form),
    ("redis://hunter2%:p@h", .form), ("redis://u:hunter2%\u{FF11}\u{FF11}@h", .form),
    ("", .form), ("hunter2", .form), ("h:6379", .form), ("redis:h", .form), ("redis:/h", .form),
    ("://u:hunter2@h", .form), ("http://u:hunter2@h", .form), ("//u:hunter2@h", .form),
    ("/run/redis.sock", .form), (" redis://u:hunter2@h", .form),
  ]

  @Test(arguments: refusals)
  func anythingElseIsRefusedByName(url: String, problem: RedisAddress.Problem) {
    #expect(throws: problem) { try RedisAddress(url) }
    #expect(!problem.rawValue.contains(Self.password))
    #expect(!"\(problem)".contains(Self.password))
  }

  @Test(arguments: ["redis://h:+1", "redis://h/+1", "redis://h/-0"])
  func aNumberHasNoSign(url: String) {
    #expect(throws: RedisAddress.Problem.form) { try RedisAddress(url) }
  }

  @Test(arguments: ["redis://[", "redis://]", "redis://[h", "redis://[h:1", "redis://h]:1"])
  func aBracketThatIsNotClosedOrOpenedIsRefused(url: String) {
    #expect(throws: RedisAddress.Problem.form) { try RedisAddress(url) }
  }

  @Test func theEnvironmentNamesTheServer() throws {
    let environment = EnvironmentVariables(["REDIS_URL": "redis://u:p@h:1/2"])
    #expect(try RedisAddress(environment) == RedisAddress("redis://u:p@h:1/2"))
    for variables in [[:], ["REDIS_URL": ""]] {
      let address = try RedisAddress(EnvironmentVariables(variables))
      #expect(address == (try RedisAddress("redis://127.0.0.1:6379/0")))
    }
  }

  @Test(arguments: refusals.filter { !$0.0.isEmpty })
  func theVariableIsNamedAndItsValueIsNot(url: String, problem: RedisAddress.Problem) throws {
    let environment = EnvironmentVariables(["REDIS_URL": url])
    let error = try #require(throws: InvalidVariable.self) { try RedisAddress(environment) }
    #expect(error.description == "REDIS_URL: \(problem.rawValue)")
    #expect(!error.description.contains(Self.password))
  }

  @Test func noTextIsMoreThanItCanTake() {
    let bases = [
      "redis://user:hunter2@host:6379/15", "valkey://:hunter2@[::1]:7000", "redis://h/0",
    ]
    let pieces =
      ["", ":", "/", "//", "@", "%", "%4", "%41", "%ff", "[", "]", ",", "?", "#", "\u{301}", "\0"]
      + ["\r\n", "\u{1F600}", "65535", "65536", "99999999999999999999", "-1", "+", " ", "redis://"]
    var generator = SeededGenerator(seed: 17)
    var taken = 0
    for _ in 0..<5000 {
      var text = Array(bases.randomElement(using: &generator) ?? "")
      for _ in 0..<Int.random(in: 1...4, using: &generator) where !text.isEmpty {
        let start = Int.random(in: 0..<text.count, using: &generator)
        let end = min(text.count, start + Int.random(in: 0...3, using: &generator))
        text.replaceSubrange(start..<end, with: pieces.randomElement(using: &generator) ?? "")
      }
      let url = String(text)
      do throws(RedisAddress.Problem) {
        let address = try RedisAddress(url)
        taken += 1
        let isUsable =
          !address.host.isEmpty && (1...65535).contains(address.port)
          && (0...65535).contains(address.database)
          && (address.user == nil || address.password != nil)
        #expect(isUsable, "\(url)")
      } catch {
        let isSecret = !error.rawValue.contains(Self.password)
        #expect(isSecret, "\(url)")
      }
    }
    #expect((200..<4800).contains(taken))
  }
}
