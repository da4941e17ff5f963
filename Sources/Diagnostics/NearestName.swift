/// The nearest right name for a wrong one.
package enum NearestName {
  /// The candidate that is fewest edits away, if it is near enough to have been meant: at most a
  /// third of the letters, two at least for words of four letters or more, none for a single letter.
  package static func of(_ wrong: String, among candidates: some Sequence<String>) -> String? {
    // A longer word than any name of ours was not a slip of the finger.
    guard wrong.unicodeScalars.count <= 64 else { return nil }
    let wanted = Array(wrong.lowercased().unicodeScalars)
    let limit = wanted.count < 2 ? 0 : max(wanted.count >= 4 ? 2 : 1, wanted.count / 3)
    var best: (name: String, distance: Int)?
    for candidate in candidates {
      let distance = distance(wanted, Array(candidate.lowercased().unicodeScalars))
      if distance <= limit, distance < best?.distance ?? Int.max {
        best = (candidate, distance)
      }
    }
    return best?.name
  }

  /// Optimal string alignment: insertions, deletions, substitutions, neighbours swapped.
  static func distance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
    var twoAgo: [Int] = []
    var previous = Array(0...right.count)
    for i in left.indices {
      var current = [i + 1]
      for j in right.indices {
        var cost = min(
          previous[j + 1] + 1, current[j] + 1, previous[j] + (left[i] == right[j] ? 0 : 1))
        if i > 0, j > 0, left[i] == right[j - 1], left[i - 1] == right[j] {
          cost = min(cost, twoAgo[j - 1] + 1)
        }
        current.append(cost)
      }
      twoAgo = previous
      previous = current
    }
    return previous[right.count]
  }
}
