import TestSupport

/// Bytes that went wrong on their way, or that somebody made wrong.
package struct Mutation {
  private var generator: SeededGenerator

  package init(seed: UInt64) {
    generator = SeededGenerator(seed: seed)
  }

  package mutating func number(_ range: ClosedRange<Int>) -> Int {
    Int.random(in: range, using: &generator)
  }

  /// - Returns: `bytes` with one to four of: a bit flipped, a byte replaced, a piece cut out, doubled
  ///   or moved, random bytes put in.
  package mutating func mutated(_ bytes: [UInt8]) -> [UInt8] {
    var result = bytes
    for _ in 0..<number(1...4) { mutate(&result) }
    return result
  }

  /// `bytes` in pieces of one to `size` bytes.
  package mutating func pieces(of bytes: [UInt8], atMost size: Int) -> [ArraySlice<UInt8>] {
    var pieces: [ArraySlice<UInt8>] = []
    var rest = bytes[...]
    while !rest.isEmpty {
      let piece = rest.prefix(number(1...size))
      pieces.append(piece)
      rest = rest.dropFirst(piece.count)
    }
    return pieces
  }

  private mutating func mutate(_ bytes: inout [UInt8]) {
    let place = number(0...bytes.count)
    let piece = place..<min(bytes.count, place + number(0...12))
    switch number(0...5) {
    case 0 where place < bytes.count: bytes[place] ^= 1 << UInt8(number(0...7))
    case 1 where place < bytes.count: bytes[place] = UInt8(number(0...255))
    case 2: bytes.removeSubrange(piece)
    case 3: bytes.insert(contentsOf: bytes[piece], at: place)
    case 4:
      let moved = bytes[piece]
      bytes.removeSubrange(piece)
      bytes.insert(contentsOf: moved, at: number(0...bytes.count))
    default:
      bytes.insert(contentsOf: (0..<number(1...4)).map { _ in UInt8(number(0...255)) }, at: place)
    }
  }
}
