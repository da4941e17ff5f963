import Advisor
import Quantities
import Rules

extension Advice.CostFigure {
  /// For people: `52 ms`, `1.5 MB/s`, `20_000`.
  package var text: String {
    switch cost.unit {
    case .count: Self.whole(value)
    case .seconds: value < 1 ? "\(Self.short(value * 1000)) ms" : "\(Self.short(value)) s"
    case .perSecond: "\(Self.short(value))/s"
    case .bytes: Self.bytes(value)
    case .bytesPerSecond: Self.bytes(value) + "/s"
    }
  }

  private static func bytes(_ value: Double) -> String {
    let units: [(Double, String)] = [(1e12, "TB"), (1e9, "GB"), (1e6, "MB"), (1e3, "KB")]
    for (factor, name) in units where value >= factor {
      return "\(short(value / factor)) \(name)"
    }
    return "\(short(value)) B"
  }

  private static func whole(_ value: Double) -> String {
    Int64(exactly: value.rounded()).map(Quantity.grouped) ?? String(value)
  }

  /// One digit after the point below ten, none above.
  private static func short(_ value: Double) -> String {
    if value >= 10 || value == value.rounded() { return whole(value) }
    let tenths = (value * 10).rounded() / 10
    return tenths == 0 && value > 0 ? "under 0.1" : String(tenths)
  }
}
