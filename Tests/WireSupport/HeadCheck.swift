import NIOHTTP1
import Updates
import WebServer
import WebSockets

/// Hands the head of a request to what admits it and to the opening handshake. `text` has the method
/// and the target in its first line, and a header in each other.
enum HeadCheck {
  private static let peer = ClientAddress("203.0.113.9")
  private static let proxy = ClientAddress("10.0.0.1")
  private static let publicOrigin = "https://live.example.com"
  private static let digits = Set(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  private static let admission: Admission? = {
    let variables = EnvironmentVariables([
      "HOST": "0.0.0.0", "ALLOW_ANONYMOUS": "true", "TRUSTED_PROXIES": "10.0.0.0/8",
      "PUBLIC_URL": publicOrigin,
    ])
    return (try? ServerVariables(variables, maximumConnections: 9)).map(Admission.init)
  }()

  static func problem(with text: String) -> String? {
    guard let admission else { return "there is no admission" }
    let head = head(text)
    return admissionProblem(head, admission) ?? handshakeProblem(head)
  }

  private static func head(_ text: String) -> HTTPRequestHead {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    let words = lines[0].split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
    let headers = lines.dropFirst().map { line in
      let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
      return (String(parts[0]), String(parts.dropFirst().joined().drop { $0 == " " }))
    }
    return HTTPRequestHead(
      version: .http1_1, method: HTTPMethod(rawValue: String(words[0])),
      uri: words.dropFirst().joined(), headers: HTTPHeaders(headers))
  }

  private static func admissionProblem(
    _ head: HTTPRequestHead, _ admission: Admission
  ) -> String? {
    for client in [peer, proxy] {
      do throws(Admission.Rejection) {
        let admitted = try admission.admit(head, from: client)
        if let problem = admissionProblem(head) { return problem }
        if client == peer, admitted != peer { return "a client said who it is" }
      } catch {
        guard [400, 403, 501].contains(error.status.code),
          error.message.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F })
        else { return "refused with \(error)" }
      }
    }
    return nil
  }

  /// - Returns: why the head should not have been admitted.
  private static func admissionProblem(_ head: HTTPRequestHead) -> String? {
    guard head.uri.utf8.first == UInt8(ascii: "/"), head.uri.utf8.count <= 8192,
      head.method.rawValue != "CONNECT"
    else { return "the first line was admitted" }
    guard head.headers["Host"].count == 1, Origin("http://" + head.headers["Host"][0]) != nil
    else { return "the host was admitted" }
    let codings = head.headers["Transfer-Encoding"]
    guard codings.isEmpty || codings.count == 1 && isToken(codings[0], "chunked") else {
      return "an encoding was admitted"
    }
    let own = ["http://", "https://"].compactMap { Origin($0 + head.headers["Host"][0]) }
    let origins = head.headers["Origin"].map { Origin($0) }
    let isOwn = origins.allSatisfy { own.contains($0 ?? own[0]) || $0 == Origin(publicOrigin) }
    return origins.count < 2 && !origins.contains(nil) && isOwn ? nil : "an origin was admitted"
  }

  private static func handshakeProblem(_ head: HTTPRequestHead) -> String? {
    let isRight = isHandshake(head)
    do throws(Admission.Rejection) {
      let key = try Handshake.key(of: head)
      return isRight && [key] == head.headers["Sec-WebSocket-Key"] ? nil : "a handshake was taken"
    } catch {
      guard [400, 426].contains(error.status.code) else { return "refused with \(error)" }
      // What is one character may be several bytes, of which one is a comma.
      let isASCII = head.headers.allSatisfy { $0.value.utf8.allSatisfy { $0 < 0x80 } }
      return isRight && isASCII ? "a handshake was refused" : nil
    }
  }

  private static func isHandshake(_ head: HTTPRequestHead) -> Bool {
    func names(_ header: String, _ token: String) -> Bool {
      head.headers[header].contains {
        $0.utf8.split(separator: UInt8(ascii: ",")).contains {
          let word = $0.drop(while: isSpace).reversed().drop(while: isSpace).reversed()
          return isToken(String(decoding: Array(word), as: UTF8.self), token)
        }
      }
    }
    let keys = head.headers["Sec-WebSocket-Key"]
    let isKey =
      keys.count == 1 && keys[0].utf8.count == 24 && keys[0].hasSuffix("==")
      && keys[0].utf8.dropLast(2).allSatisfy(digits.contains)
    return isKey && head.method == .GET && head.headers["Sec-WebSocket-Version"] == ["13"]
      && names("Upgrade", "websocket") && names("Connection", "upgrade")
  }

  private static func isSpace(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")
  }

  /// Whether the bytes are the same but for the case of ASCII letters.
  private static func isToken(_ text: some StringProtocol, _ token: String) -> Bool {
    text.utf8.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }.elementsEqual(token.utf8)
  }
}
