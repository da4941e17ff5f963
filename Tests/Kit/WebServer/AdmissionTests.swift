import NIOHTTP1
import Testing
import Updates

@testable import WebServer

@Suite struct AdmissionTests {
  private let peer = ClientAddress("203.0.113.9")
  private let proxy = ClientAddress("10.0.0.1")

  private func admission(_ variables: [String: String] = [:]) throws -> Admission {
    Admission(try ServerVariables(EnvironmentVariables(variables), maximumConnections: 100))
  }

  private func behindProxies(_ more: [String: String] = [:]) throws -> Admission {
    try admission(
      ["HOST": "0.0.0.0", "ALLOW_ANONYMOUS": "true", "TRUSTED_PROXIES": "10.0.0.0/8,192.0.2.7"]
        .merging(more) { $1 })
  }

  private func request(
    _ uri: String = "/", host: String? = "localhost:8080", _ more: [(String, String)] = []
  ) -> HTTPRequestHead {
    let headers = HTTPHeaders((host.map { [("Host", $0)] } ?? []) + more)
    return HTTPRequestHead(version: .http1_1, method: .GET, uri: uri, headers: headers)
  }

  private func refusal(
    _ admission: Admission, _ head: HTTPRequestHead
  ) -> Admission.Rejection? {
    do {
      _ = try admission.admit(head, from: peer)
      return nil
    } catch {
      return error
    }
  }

  // MARK: The form

  @Test(arguments: [
    "", "*", "localhost:80", "http://localhost/", "/" + String(repeating: "a", count: 8192),
  ])
  func aTargetIsAPathOfBoundedSize(uri: String) throws {
    let expected = Admission.Rejection(
      status: .badRequest, message: "The request target must be a path.")
    #expect(try refusal(admission(), request(uri)) == expected)
    #expect(try refusal(admission(), request("/" + String(repeating: "a", count: 8191))) == nil)
  }

  @Test(arguments: [["gzip"], ["gzip, chunked"], ["identity"], ["chunked", "chunked"], [""]])
  func anEncodingThatIsNotUnderstoodIsRefused(codings: [String]) throws {
    let head = request("/", codings.map { ("Transfer-Encoding", $0) })
    let expected = Admission.Rejection(
      status: .notImplemented, message: "Transfer-Encoding must be chunked.")
    #expect(try refusal(admission(), head) == expected)
  }

  @Test func chunksAreUnderstood() throws {
    #expect(try refusal(admission(), request("/", [("Transfer-Encoding", "Chunked")])) == nil)
  }

  // MARK: The host

  @Test func oneHostIsNeeded() throws {
    let expected = Admission.Rejection(
      status: .badRequest, message: "One Host header is needed.")
    let heads = [
      request(host: nil), request(host: ""), request(host: "a b"), request(host: "a/b"),
      request(host: "u@a"), request("/", [("Host", "localhost:8080")]),
    ]
    for head in heads { #expect(try refusal(admission(), head) == expected) }
  }

  @Test func onLoopbackOnlyNamesOfThisMachineAreKnown() throws {
    let admission = try admission(["PUBLIC_URL": "https://live.example.com"])
    for host in ["localhost", "127.0.0.1:8080", "[::1]:8080", "LIVE.example.com"] {
      #expect(refusal(admission, request(host: host)) == nil, "\(host)")
    }
    for host in ["evil.example", "localhost.evil.example:8080", "0.0.0.0:8080"] {
      #expect(refusal(admission, request(host: host))?.status == .forbidden, "\(host)")
    }
  }

  @Test func onOtherAddressesAnyNameMayLeadHere() throws {
    #expect(try refusal(behindProxies(), request(host: "live.example.com")) == nil)
  }

  // MARK: The origin

  @Test func pagesOfThisServerMayUseIt() throws {
    for origin in ["http://localhost:8080", "HTTP://LOCALHOST:8080"] {
      #expect(try refusal(admission(), request("/", [("Origin", origin)])) == nil)
    }
    let head = request(host: "localhost", [("Origin", "http://localhost:80")])
    #expect(try refusal(admission(), head) == nil)
    #expect(try refusal(admission(), request()) == nil)
  }

  @Test(arguments: [
    "null", "", "http://localhost", "http://localhost:8081", "https://localhost:8080",
    "http://127.0.0.1:8080", "http://evil.example", "http://localhost:8080.evil.example",
    "http://localhost:8080/", "http://localhost:8080, http://localhost:8080",
  ])
  func pagesOfAnotherOriginMayNot(origin: String) throws {
    let rejection = try refusal(admission(), request("/", [("Origin", origin)]))
    #expect(rejection?.status == .forbidden)
  }

  @Test func oneOriginIsEnough() throws {
    let own = ("Origin", "http://localhost:8080")
    #expect(try refusal(admission(), request("/", [own, own]))?.status == .forbidden)
  }

  @Test func thePublicURLIsAnOriginOfThisServer() throws {
    let admission = try behindProxies(["PUBLIC_URL": "https://live.example.com"])
    for host in ["live.example.com", "10.1.2.3:8080"] {
      let head = request(host: host, [("Origin", "https://live.example.com")])
      #expect(refusal(admission, head) == nil)
    }
    let plain = request(host: "app:8080", [("Origin", "http://live.example.com")])
    #expect(refusal(admission, plain)?.status == .forbidden)
  }

  // MARK: Proxies

  @Test func theSchemeOfATrustedProxyCounts() throws {
    let admission = try behindProxies()
    let head = request(
      host: "live.example.com",
      [("Origin", "https://live.example.com"), ("X-Forwarded-Proto", "HTTPS")])
    _ = try admission.admit(head, from: proxy)
    for other in [peer, nil] {
      let rejection = #expect(throws: Admission.Rejection.self) {
        try admission.admit(head, from: other)
      }
      #expect(rejection?.status == .forbidden)
    }
  }

  @Test(
    arguments: [
      ([], "10.0.0.1"), (["203.0.113.9"], "203.0.113.9"),
      (["198.51.100.1, 203.0.113.9"], "203.0.113.9"), (["203.0.113.9, 10.2.3.4"], "203.0.113.9"),
      (["198.51.100.1, 203.0.113.9,10.2.3.4 , 192.0.2.7"], "203.0.113.9"),
      (["198.51.100.1", "203.0.113.9", "10.2.3.4"], "203.0.113.9"), (["10.2.3.4"], "10.2.3.4"),
      (["10.3.3.3, 10.2.3.4"], "10.3.3.3"), (["203.0.113.9, unknown"], "10.0.0.1"),
      (["203.0.113.9, unknown, 10.2.3.4"], "10.2.3.4"), (["2001:db8::1"], "2001:db8:0:0:0:0:0:1"),
      (["::ffff:203.0.113.9"], "203.0.113.9"), ([""], "10.0.0.1"),
    ] as [([String], String)])
  func theClientIsTheLastThatNoTrustedProxyIs(lines: [String], client: String) throws {
    let head = request("/", lines.map { ("X-Forwarded-For", $0) })
    #expect(try behindProxies().admit(head, from: proxy)?.description == client)
  }

  @Test func whoIsNotTrustedCannotSayWhoItIs() throws {
    let head = request("/", [("X-Forwarded-For", "198.51.100.1")])
    #expect(try behindProxies().admit(head, from: peer) == peer)
    #expect(try admission().admit(head, from: proxy) == proxy)
    #expect(try behindProxies().admit(head, from: nil) == nil)
  }

  @Test func onlyTrustedProxiesAreTrusted() throws {
    let admission = try behindProxies()
    #expect(admission.isTrusted(proxy))
    #expect(!admission.isTrusted(peer))
    #expect(!admission.isTrusted(nil))
    #expect(try !self.admission().isTrusted(ClientAddress("127.0.0.1")))
  }

  @Test func aRejectionThatIsWorthAnotherTrySaysWhen() {
    func seconds(_ status: HTTPResponseStatus) -> [Int] {
      Admission.Rejection(status: status, message: "").allHeaders["Retry-After"]
        .compactMap { Int($0) }
    }
    #expect(seconds(.serviceUnavailable).allSatisfy { (1...5).contains($0) })
    #expect(seconds(.serviceUnavailable).count == 1)
    #expect(seconds(.tooManyRequests).count == 1)
    #expect(seconds(.badRequest) == [])
    #expect(seconds(.forbidden) == [])
  }
}
