import HTTPTypes

extension HTTPField.Name {
  /// Which node answered.
  static let servedBy = name("Served-By")
  /// The client's address, for the routes; what clients send under this name is replaced.
  static let clientAddress = name("Client-Address")
  static let eventName = name("Event-Name")
  static let idempotencyKey = name("Idempotency-Key")
  static let forwardedFor = name("X-Forwarded-For")

  private static func name(_ text: String) -> Self {
    guard let name = Self(text) else { preconditionFailure("\(text) is not a field name") }
    return name
  }
}
