import Rules

/// A point as a spec on one line, as short as the region that it stands for allows.
struct WitnessSpec {
  let rules: Ruleset

  /// The spec of a point of `region` that differs from the defaults in as few facts as a look at
  /// each alone can achieve; `nil` if no point is found.
  func spec(in region: Region) -> String? {
    guard case .point(var point) = region.witness() else { return nil }
    let defaults = rules.point(of: Assignment(rules.facts))
    for fact in rules.facts.indices {
      var candidate = point
      for variable in rules.space.variablesOfFact[fact] { candidate[variable] = defaults[variable] }
      if region.contains(candidate) { point = candidate }
    }
    return text(point, defaults)
  }

  private func text(_ point: Point, _ defaults: Point) -> String {
    var top: [String] = []
    var sections: [(name: String, keys: [String])] = []
    for (index, fact) in rules.facts.enumerated() {
      let isDefault = rules.space.variablesOfFact[index].allSatisfy { point[$0] == defaults[$0] }
      guard fact.isRequired || !isDefault else { continue }
      let value = rules.value(of: index, at: point)?.description
      let pair = "\(fact.key): \(value ?? (fact.shape == .version ? "1" : "witness"))"
      guard let section = fact.section else {
        top.append(pair)
        continue
      }
      if let place = sections.firstIndex(where: { $0.name == section }) {
        sections[place].keys.append(pair)
      } else {
        sections.append((section, [pair]))
      }
    }
    let parts = top + sections.map { "\($0.name): {\($0.keys.joined(separator: ", "))}" }
    return "{\(parts.joined(separator: ", "))}"
  }
}
