import Quantities

/// A set of points: a box, and inequalities between its numbers.
///
/// The region of a row is what flips, the interview and the proofs share.
package struct Region: Sendable {
  package private(set) var box: [Subset]
  package private(set) var inequalities: [Inequality] = []

  package init(box: [Subset]) {
    self.box = box
  }

  package init(_ point: Point, in space: Space) {
    box = zip(space.variables, point).map { $0.domain.only($1) }
  }
}

extension Region {
  package subscript(variable: Int) -> Subset { box[variable] }

  /// The part where `variable` lies in `subset`.
  package func narrowed(_ variable: Int, to subset: Subset) -> Region {
    var result = self
    result.box[variable] = box[variable].intersection(subset)
    return result
  }

  /// The same with `variable` given another subset, whatever it had.
  package func replacing(_ variable: Int, with subset: Subset) -> Region {
    var result = self
    result.box[variable] = subset
    return result
  }

  /// The part where `inequality` holds, `nil` if that is seen at once to be empty.
  ///
  /// An inequality with one free variable becomes a bound of the box, so that along one axis all is
  /// exact without elimination.
  package func narrowed(by inequality: Inequality) -> Region? {
    var rest = inequality
    for variable in inequality.exponents.keys {
      if let value = box[variable].single { rest = rest.fixing(variable, to: value) }
    }
    guard let variable = rest.exponents.keys.first else {
      return rest.isSatisfied(by: rest.coefficient) ? self : nil
    }
    if rest.exponents.count == 1, case .numbers(let set) = box[variable] {
      let left = set.intervals.compactMap { rest.solutions(for: variable, in: $0) }
      return left.isEmpty ? nil : replacing(variable, with: .numbers(IntervalSet(left)))
    }
    var result = self
    if !result.inequalities.contains(rest) { result.inequalities.append(rest) }
    return result
  }

  package func contains(_ point: Point) -> Bool {
    zip(box, point).allSatisfy { $0.contains($1) }
      && inequalities.allSatisfy { $0.holds(at: point) }
  }
}
