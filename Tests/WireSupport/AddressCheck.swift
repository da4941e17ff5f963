import WebServer

/// Looks at one text as an address, a block of addresses and an origin. What was read must be found
/// again when it is written and read once more.
enum AddressCheck {
  private static let letters = Set("abcdefghijklmnopqrstuvwxyz0123456789-._".utf8)

  static func problem(with text: String) -> String? {
    addressProblem(text) ?? blockProblem(text) ?? originProblem(text)
  }

  private static func addressProblem(_ text: String) -> String? {
    guard let address = ClientAddress(text) else { return nil }
    guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { return "an address of odd bytes" }
    return ClientAddress(address.description) == address ? nil : "\(address) is another address"
  }

  private static func blockProblem(_ text: String) -> String? {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    guard let block = AddressBlock(text) else {
      return ClientAddress(text) == nil ? nil : "an address alone is a block, too"
    }
    guard let first = parts.first.flatMap(ClientAddress.init(_:)) else {
      return "a block without an address"
    }
    let bits = first.description.contains(":") ? 128 : 32
    guard parts.count == 1 || (0...bits).contains(Int(parts[1]) ?? -1) else {
      return "a block of \(parts[1]) bits"
    }
    guard block.contains(first) else { return "a block does not contain its own address" }
    let other = ClientAddress(bits == 32 ? "::1" : "192.0.2.1")
    return other.map(block.contains) == false ? nil : "a block contains addresses of the other kind"
  }

  private static func originProblem(_ text: String) -> String? {
    guard let origin = Origin(text) else { return nil }
    let name = origin.host.utf8
    let isName = !name.isEmpty && name.allSatisfy(letters.contains)
    let isAddress =
      origin.host.hasPrefix("[") && origin.host.hasSuffix("]")
      && ClientAddress(String(origin.host.dropFirst().dropLast())) != nil
    guard isName || isAddress, (0...65_535).contains(origin.port),
      ["http", "https"].contains(origin.scheme)
    else { return "\(origin) is no origin" }
    let rest = text.utf8.dropFirst(origin.scheme.utf8.count + 3 + name.count)
    guard rest.isEmpty || rest.first == UInt8(ascii: ":") && isNumber(rest.dropFirst()) else {
      return "an origin ends with \(String(decoding: Array(rest), as: UTF8.self).debugDescription)"
    }
    let again = Origin("\(origin.scheme)://\(origin.host):\(origin.port)")
    return again == origin ? nil : "\(origin) is another origin"
  }

  private static func isNumber(_ bytes: some Collection<UInt8>) -> Bool {
    !bytes.isEmpty && bytes.allSatisfy { (0x30...0x39).contains($0) }
  }
}
