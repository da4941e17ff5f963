/// Whatever bytes come over the network, handed to one of the readers: each must answer or refuse, and
/// what it answers must be what the plainest reading says.
package enum WireInput: String, CaseIterable, Sendable {
  case frames
  case target
  case address
  case head

  /// - Returns: nil if all is well.
  package func problem(with bytes: [UInt8]) -> String? {
    switch self {
    case .frames:
      EndpointCheck([bytes[...]]).problem
        ?? EndpointCheck(bytes.indices.map { bytes[$0...$0] }).problem
    case .target: TargetCheck.problem(with: String(decoding: bytes, as: UTF8.self))
    case .address: AddressCheck.problem(with: String(decoding: bytes, as: UTF8.self))
    case .head: HeadCheck.problem(with: String(decoding: bytes, as: UTF8.self))
    }
  }
}
