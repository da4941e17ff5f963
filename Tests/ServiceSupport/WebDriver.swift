import Foundation

/// Commands of the W3C WebDriver protocol: HTTP and JSON.
struct WebDriver: Sendable {
  struct Failure: Error, CustomStringConvertible {
    var code: String
    var message: String

    var description: String { "\(code): \(message)" }
  }

  /// How elements are named in JSON (WebDriver, section 12).
  static let elementKey = "element-6066-11e4-a52e-4f735466cecf"
  /// The Enter key (WebDriver, section 17.4.2).
  static let enter = "\u{E007}"

  let port: Int

  func call(
    _ method: String, _ path: String, _ body: JSONValue? = nil,
    within limit: Duration = .usualDeadline
  ) async throws -> JSONValue {
    var bytes: [UInt8]?
    if let body { bytes = Array(try JSONEncoder().encode(body)) }
    let response = try await HTTPRequester.request(
      method, path, fields: [(name: "Content-Type", value: "application/json; charset=utf-8")],
      body: bytes, port: port, within: limit)
    let answer = try JSONDecoder().decode(JSONValue.self, from: Data(response.body))
    let value = answer["value"] ?? .null
    guard response.status == 200 else {
      throw Failure(
        code: value["error"]?.string ?? "\(response.status)",
        message: value["message"]?.string ?? response.text)
    }
    return value
  }
}
