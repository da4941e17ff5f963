import TestSupport
import Testing

@testable import WebSockets

@Suite struct UTF8ValidationTests {
  /// On both sides of what a byte may be somewhere.
  private static let borders: [UInt8] = [
    0x00, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xFF,
  ]
  /// What may complete a character.
  private static let ends: [[UInt8]] = [
    [], [0x80], [0x90], [0xA0], [0x80, 0x80], [0x90, 0x80], [0xA0, 0x80], [0x80, 0x80, 0x80],
    [0x90, 0x80, 0x80],
  ]

  private func isText(_ bytes: [UInt8]) -> Bool {
    String(validating: bytes, as: UTF8.self) != nil
  }

  /// - Parameter cuts: bit i stands for a cut after byte i.
  private func accepts(_ bytes: [UInt8], cuts: Int) -> (accepted: Bool, complete: Bool) {
    var validation = UTF8Validation()
    var start = 0
    for end in 1...bytes.count where end == bytes.count || cuts >> (end - 1) & 1 == 1 {
      let accepted = bytes[start..<end].withUnsafeBytes { validation.accept($0) }
      if !accepted { return (false, false) }
      start = end
    }
    return (true, validation.isComplete)
  }

  private func expectToBeRight(_ bytes: [UInt8]) {
    let isText = isText(bytes)
    let canBecomeText = isText || Self.ends.contains { self.isText(bytes + $0) }
    for cuts in 0..<(1 << (bytes.count - 1)) {
      let (accepted, complete) = accepts(bytes, cuts: cuts)
      let isRight = accepted == canBecomeText && complete == isText
      // Few of so many are worth a report.
      if !isRight { #expect(isRight, "\(bytes), cut at \(cuts)") }
    }
  }

  @Test func eachByteAndEachPairOfBytesIsJudged() {
    for first in UInt8.min ... .max {
      expectToBeRight([first])
      for second in UInt8.min ... .max { expectToBeRight([first, second]) }
    }
  }

  @Test(arguments: [3, 4]) func eachBeginningWithEachBorderIsJudged(count: Int) {
    let leads = Array(0xC0...0xFF) + Self.borders.prefix(3)
    var ends: [[UInt8]] = [[]]
    for _ in 1..<count { ends = ends.flatMap { end in Self.borders.map { end + [$0] } } }
    for lead in leads {
      for end in ends { expectToBeRight([lead] + end) }
    }
  }

  @Test func randomBytesAreJudged() {
    var generator = SeededGenerator(seed: 5)
    for _ in 0..<20_000 {
      let count = Int.random(in: 3...4, using: &generator)
      let lead = UInt8.random(in: 0xC0 ... .max, using: &generator)
      expectToBeRight(
        [lead] + (1..<count).map { _ in UInt8.random(in: 0x78...0xC7, using: &generator) })
    }
  }

  @Test func allCharactersAreText() {
    for number in 0...0x10FFFF as ClosedRange<UInt32> {
      guard let scalar = UnicodeScalar(number) else { continue }
      var validation = UTF8Validation()
      let isAccepted = Array(UTF8.encode(scalar) ?? .init()).withUnsafeBytes {
        validation.accept($0)
      }
      if !isAccepted || !validation.isComplete { Issue.record("U+\(String(number, radix: 16))") }
    }
  }

  /// ASCII is skipped eight bytes at a time.
  @Test func aByteIsFoundWhereverItStands() {
    for length in 0...40 {
      for place in 0...length {
        for part in [[0x80], [0xC3, 0xA9], [0xF0, 0x9F, 0x91, 0xA9], [0xED, 0xA0, 0x80]]
          as [[UInt8]]
        {
          var bytes = [UInt8](repeating: 0x61, count: length)
          bytes.insert(contentsOf: part, at: place)
          let (accepted, complete) = accepts(bytes, cuts: 0)
          #expect((accepted && complete) == isText(bytes), "\(bytes)")
        }
      }
    }
  }
}
