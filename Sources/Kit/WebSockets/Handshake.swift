import Crypto
import Foundation
import NIOCore
import NIOHTTP1
import WebServer

/// The opening handshake, seen from the server (RFC 6455, section 4.2).
package enum Handshake {
  /// What every server adds to the key (section 1.3).
  private static let suffix = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

  /// The answer that accepts the request. Extensions and subprotocols that it offers are not taken up.
  package static func response(
    to head: HTTPRequestHead, node: String
  ) throws(Admission.Rejection) -> ByteBuffer {
    let key = try key(of: head)
    let digest = Insecure.SHA1.hash(data: Data((key + suffix).utf8))
    return ByteBuffer(
      string: """
        HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
        Sec-WebSocket-Accept: \(Data(digest).base64EncodedString())\r\nServed-By: \(node)\r\n\r\n
        """)
  }

  package static func key(of head: HTTPRequestHead) throws(Admission.Rejection) -> String {
    guard head.method == .GET, head.version == .http1_1 else {
      throw .badRequest("A WebSocket is opened by a GET of HTTP/1.1.")
    }
    guard head.headers[canonicalForm: "Upgrade"].contains(where: { $0.isToken("websocket") }),
      head.headers[canonicalForm: "Connection"].contains(where: { $0.isToken("upgrade") })
    else {
      throw upgradeRequired(
        "This is a WebSocket: it takes Connection: Upgrade, Upgrade: websocket.")
    }
    guard head.headers["Sec-WebSocket-Version"] == ["13"] else {
      throw upgradeRequired("Sec-WebSocket-Version must be 13.")
    }
    let keys = head.headers["Sec-WebSocket-Key"]
    guard keys.count == 1, keys[0].utf8.count == 24, Data(base64Encoded: keys[0])?.count == 16
    else {
      throw .badRequest("Sec-WebSocket-Key must be 16 bytes in base64.")
    }
    return keys[0]
  }

  /// RFC 9110, section 15.5.22, and RFC 6455, section 4.4.
  private static func upgradeRequired(_ message: String) -> Admission.Rejection {
    Admission.Rejection(
      status: .upgradeRequired, message: message,
      headers: ["Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13"])
  }
}
