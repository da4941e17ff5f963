/// A unique table whose rows are the leaves of a random decision tree, in random order: without a
/// gap or an overlap, and with nothing in the order of its rows that would help a proof.
struct PartitionTable {
  private let facts: Int
  private let rows: Int
  private var generator: Generator
  private static let range: ClosedRange<Int64> = 1...1_000_000

  init(facts: Int, rows: Int, seed: UInt64) {
    self.facts = facts
    self.rows = rows
    generator = Generator(state: seed)
  }

  mutating func text() -> String {
    var boxes = [[ClosedRange<Int64>](repeating: Self.range, count: facts)]
    while boxes.count < rows {
      let index = Int.random(in: boxes.indices, using: &generator)
      let fact = Int.random(in: 0..<facts, using: &generator)
      let interval = boxes[index][fact]
      guard interval.count > 1 else { continue }
      let last = Int64.random(in: interval.lowerBound..<interval.upperBound, using: &generator)
      var other = boxes[index]
      boxes[index][fact] = interval.lowerBound...last
      other[fact] = (last + 1)...interval.upperBound
      boxes.append(other)
    }
    boxes.shuffle(using: &generator)
    var lines = header
    for box in boxes { lines.append(row(box)) }
    return lines.joined(separator: "\n") + "\n"
  }

  private var header: [String] {
    ["facts:"]
      + (0..<facts).map {
        "  f\($0): { type: count, range: 1..1_000_000, default: 1, meaning: m, question: q }"
      }
      + [
        "tables:", "  pick:", "    choice: Pick", "    meaning: m", "    hit: unique",
        "    outputs: [a, b]", "    rows:",
      ]
  }

  private mutating func row(_ box: [ClosedRange<Int64>]) -> String {
    let tests = box.enumerated().filter { $1 != Self.range }
      .map { "f\($0): \"[\($1.lowerBound)..\($1.upperBound)]\"" }
    let output = Bool.random(using: &generator) ? "a" : "b"
    return "      - { when: { \(tests.joined(separator: ", ")) }, then: \(output), because: b. }"
  }
}

/// SplitMix64, so that every run times the same tables.
struct Generator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
