import Quantities

/// Whether a region has a point on the grid.
package enum Witness: Equatable, Sendable {
  case none
  case point(Point)
  /// Elimination found no contradiction, and the search no point within its bounds.
  case undecided
}

extension Region {
  /// Finds a point of the region, or proves that there is none.
  ///
  /// Without inequalities any corner serves. With one, the corner that favours it decides. With
  /// more, variables are eliminated (Fourier and Motzkin, in logarithms: bounds are multiplied),
  /// which proves emptiness exactly; then whole numbers are sought within what is left.
  package func witness() -> Witness {
    guard let corner = firstCorner() else { return .none }
    if inequalities.isEmpty { return .point(corner) }
    var favoured: [Point] = []
    for inequality in inequalities {
      guard let point = point(favouring: inequality, from: corner) else { return .none }
      favoured.append(point)
    }
    if let point = favoured.first(where: contains) { return .point(point) }
    return WitnessSearch(region: self, corner: corner).run()
  }

  private func firstCorner() -> Point? {
    var point: Point = []
    for subset in box {
      guard let member = subset.first else { return nil }
      point.append(member)
    }
    return point
  }

  /// The corner at which the inequality's left side is least, if it holds there.
  private func point(favouring inequality: Inequality, from corner: Point) -> Point? {
    var point = corner
    for (variable, exponent) in inequality.exponents {
      guard case .numbers(let set) = box[variable], let low = set.min, let high = set.max else {
        return nil
      }
      point[variable] = exponent > 0 ? low : high
    }
    return inequality.holds(at: point) ? point : nil
  }
}
