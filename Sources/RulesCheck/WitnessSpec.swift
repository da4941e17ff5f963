import Rules

/// A point as a spec on one line, as short as the region that it stands for allows.
struct WitnessSpec {
  let rules: Ruleset

  /// The spec of a point of `region` that differs from the defaults in as few facts as a look at
  /// each alone can achieve; `nil` if no point is found.
  func spec(in region: Region) -> (point: Point, text: String)? {
    guard case .point(var point) = region.witness() else { return nil }
    let defaults = rules.point(of: Assignment(rules.facts))
    for fact in rules.facts.indices {
      var candidate = point
      for variable in rules.space.variablesOfFact[fact] { candidate[variable] = defaults[variable] }
      if region.contains(candidate) { point = candidate }
    }
    return (point, text(point, defaults))
  }

  private func text(_ point: Point, _ defaults: Point) -> String {
    var top = ["tidings: 1", "name: witness"]
    var sections: [(name: String, keys: [String])] = []
    for (index, fact) in rules.facts.enumerated() {
      let isDefault = rules.space.variablesOfFact[index].allSatisfy { point[$0] == defaults[$0] }
      guard !isDefault, let value = rules.value(of: index, at: point) else { continue }
      let pair = "\(fact.key): \(value)"
      guard let section = fact.section else {
        top.append(pair)
        continue
      }
      if sections.last?.name != section { sections.append((section, [])) }
      sections[sections.count - 1].keys.append(pair)
    }
    // A set of rules of one's own need not know these two.
    top = top.filter { pair in rules.facts.contains { pair.hasPrefix($0.id + ":") } }
    let parts = top + sections.map { "\($0.name): {\($0.keys.joined(separator: ", "))}" }
    return "{\(parts.joined(separator: ", "))}"
  }
}
