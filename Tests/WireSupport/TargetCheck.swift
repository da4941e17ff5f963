import WebServer

/// Compares `RequestTarget` with a reading of the same bytes one by one.
enum TargetCheck {
  static func problem(with text: String) -> String? {
    let target = RequestTarget(text)
    let bytes = Array(text.utf8)
    guard bytes.allSatisfy({ $0 < 0x80 }) else {
      return target?.query == nil ? nil : "a target is not ASCII"
    }
    let parts = bytes.split(
      separator: UInt8(ascii: "?"), maxSplits: 1, omittingEmptySubsequences: false)
    let path = parts[0].split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
      .dropFirst().map(decoded)
    guard bytes.first == UInt8(ascii: "/"), !path.contains(nil) else {
      return target == nil ? nil : "a path was not refused"
    }
    guard target?.path.map({ Array($0.utf8) }) == path.map({ $0 ?? [] }) else {
      return "the path is \(target?.path ?? [])"
    }
    let query = query(parts.count > 1 ? parts[1] : [])
    return target?.query == query ? nil : "the query is \(target?.query ?? [:])"
  }

  private static func query(_ bytes: ArraySlice<UInt8>) -> [String: String]? {
    var query: [String: String] = [:]
    for item in bytes.split(separator: UInt8(ascii: "&")) {
      let end = item.firstIndex(of: UInt8(ascii: "=")) ?? item.endIndex
      guard let name = decoded(item[..<end]), let value = decoded(item[end...].dropFirst())
      else { return nil }
      let key = String(decoding: name, as: UTF8.self)
      guard query[key] == nil else { return nil }
      query[key] = String(decoding: value, as: UTF8.self)
    }
    return query
  }

  /// - Returns: nil for a `%` without two digits, and for what is not UTF-8.
  private static func decoded(_ bytes: ArraySlice<UInt8>) -> [UInt8]? {
    var result: [UInt8] = []
    var rest = bytes
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        result.append(byte)
        continue
      }
      guard let high = rest.popFirst().flatMap(digit), let low = rest.popFirst().flatMap(digit)
      else { return nil }
      result.append(high << 4 | low)
    }
    return String(validating: result, as: UTF8.self) == nil ? nil : result
  }

  private static func digit(_ byte: UInt8) -> UInt8? {
    Character(UnicodeScalar(byte)).hexDigitValue.map(UInt8.init)
  }
}
