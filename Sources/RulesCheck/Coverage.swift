import Rules

/// Which of some conditions holds first, everywhere in the space.
///
/// The space is split by one test after the other, each time one that many conditions wait for, as a
/// decision tree is grown; conditions that a part excludes are dropped on the way. On large tables
/// that takes far fewer parts than trying row after row.
struct Coverage {
  private let exploration: Exploration
  /// All different tests; candidates hold their places.
  private let tests: [Test]
  private let start: [Candidate]

  init(_ rules: Ruleset, _ conditions: [Condition], _ budget: Exploration.Budget) {
    exploration = Exploration(rules, budget: budget)
    var places: [Test: Int] = [:]
    var tests: [Test] = []
    start = conditions.enumerated().map { index, condition in
      let own = condition.cells.compactMap { cell -> Int? in
        if case .any = cell.test { return nil }
        if let place = places[cell.test] { return place }
        places[cell.test] = tests.count
        tests.append(cell.test)
        return tests.count - 1
      }
      return Candidate(index: index, tests: own)
    }
    self.tests = tests
  }

  /// A condition with the tests of it that are not decided yet.
  private struct Candidate {
    var index: Int
    var tests: [Int]
  }

  private enum Status {
    case holds
    case fails
    case open
  }

  typealias Visit = (Exploration.Part, _ first: Int?) throws -> Void

  /// Visits disjoint parts that cover `part`, each with the first condition that holds on it, or
  /// `nil`.
  func run(in part: Exploration.Part, _ visit: Visit) throws {
    try run(part, start, decided: [Status?](repeating: nil, count: tests.count), visit)
  }

  private func run(
    _ part: Exploration.Part, _ candidates: [Candidate], decided: [Status?], _ visit: Visit
  ) throws {
    var status = decided
    var left: [Candidate] = []
    var waiting = [Int](repeating: 0, count: tests.count)
    for candidate in candidates {
      guard let pruned = prune(candidate, part.region, &status) else { continue }
      left.append(pruned)
      for test in pruned.tests { waiting[test] += 1 }
      // What stands behind a condition that holds never comes first.
      if pruned.tests.isEmpty { break }
    }
    guard let first = left.first else { return try visit(part, nil) }
    guard let test = choice(first, waiting) else { return try visit(part, first.index) }
    // Only what was decided stays so in every smaller part.
    let kept = status.map { $0 == .open ? nil : $0 }
    let (holds, fails) = try exploration.split(part, by: tests[test])
    // Whoever looks for what no condition takes finds it sooner where they fail.
    for (parts, outcome) in [(fails, Status.fails), (holds, .holds)] {
      var decided = kept
      decided[test] = outcome
      for part in parts { try run(part, left, decided: decided, visit) }
    }
  }

  /// Without the tests that hold on all of the region; `nil` if one fails on all of it.
  private func prune(
    _ candidate: Candidate, _ region: Region, _ status: inout [Status?]
  ) -> Candidate? {
    var result = Candidate(index: candidate.index, tests: [])
    for test in candidate.tests {
      let known = status[test] ?? self.status(of: test, region)
      status[test] = known
      switch known {
      case .holds: continue
      case .fails: return nil
      case .open: result.tests.append(test)
      }
    }
    return result
  }

  private func status(of test: Int, _ region: Region) -> Status {
    guard case .variable(let variable, let subset) = tests[test] else { return .open }
    if region[variable].isDisjoint(with: subset) { return .fails }
    return region[variable].isSubset(of: subset) ? .holds : .open
  }

  /// The test to split by: of the first condition's the one that most wait for, or another that far
  /// more wait for; `nil` once the first condition has none left.
  private func choice(_ first: Candidate, _ waiting: [Int]) -> Int? {
    guard let own = first.tests.max(by: { waiting[$0] < waiting[$1] }) else { return nil }
    guard let best = tests.indices.filter({ isCheap($0) }).max(by: { waiting[$0] < waiting[$1] }),
      waiting[best] > 2 * waiting[own]
    else { return own }
    return best
  }

  /// Tests of other tables and of derived numbers bring splits of their own.
  private func isCheap(_ test: Int) -> Bool {
    if case .variable = tests[test] { return true }
    return false
  }
}
