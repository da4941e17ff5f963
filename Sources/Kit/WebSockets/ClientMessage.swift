import Foundation
import NIOCore
import NIOHTTP1
import Updates
import WebServer

/// What a client says: `{"data","event"?,"ref"?,"key"?}` on a socket of one topic; on one of several
/// `{"subscribe","after"?}`, `{"unsubscribe"}` and `{"publish","data","event"?,"ref"?,"key"?}`.
struct ClientMessage: Decodable {
  /// Names the message in its answer; a string of at most 100 bytes or a whole number.
  enum Reference: Codable {
    case text(String)
    case number(Int)

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let number = try? container.decode(Int.self) {
        self = .number(number)
        return
      }
      let text = try container.decode(String.self)
      guard text.utf8.count <= 100 else {
        throw DecodingError.dataCorruptedError(in: container, debugDescription: "too long")
      }
      self = .text(text)
    }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.singleValueContainer()
      switch self {
      case .text(let text): try container.encode(text)
      case .number(let number): try container.encode(number)
      }
    }
  }

  var subscribe: String?
  var after: String?
  var unsubscribe: String?
  var publish: String?
  var data: String?
  var event: String?
  var ref: Reference?
  var key: String?
}

/// What a message is answered.
struct Answer: Encodable {
  var topic: String?
  var ref: ClientMessage.Reference?
  var id: String?
  var error: String?
  /// What the same request over HTTP would have been answered.
  var status: Int?

  init(
    _ result: Result<Cursor, Admission.Rejection>, topic: String?, ref: ClientMessage.Reference?
  ) {
    self.topic = topic
    self.ref = ref
    switch result {
    case .success(let cursor): id = cursor.text
    case .failure(let rejection):
      error = rejection.message
      status = Int(rejection.status.code)
    }
  }
}

enum JSONText {
  private static let decoder = JSONDecoder()
  private static let encoder: JSONEncoder = {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return encoder
  }()

  static func decode<Value: Decodable>(_ type: Value.Type, from bytes: ByteBuffer) -> Value? {
    try? decoder.decode(type, from: Data(bytes.readableBytesView))
  }

  static func encode(_ value: some Encodable) -> ByteBuffer {
    // Of strings and numbers alone, which always can be encoded.
    ByteBuffer(bytes: (try? encoder.encode(value)) ?? Data())
  }
}
