import Quantities
import Testing
import TestSupport

@Suite struct QuantityTests {
  @Test(arguments: [
    ("250ms", Kind.duration, 250), ("2s", .duration, 2000), ("5min", .duration, 300_000),
    ("1h", .duration, 3_600_000), ("300B", .size, 300), ("4KB", .size, 4000),
    ("2MB", .size, 2_000_000), ("2/s", .rate, 172_800), ("10/min", .rate, 14_400),
    ("6/h", .rate, 144), ("1/day", .rate, 1), ("never", .rate, 0), ("20_000", .count, 20_000),
    ("1_0", .count, 10), ("0", .count, 0),
  ])
  func readsEachUnit(text: String, kind: Kind, grains: Int64) throws {
    #expect(try Quantity(parsing: text, as: kind).grains == grains)
  }

  @Test(arguments: [
    ("", Kind.count, QuantityError.notANumber), ("x", .count, .notANumber),
    ("-5", .count, .negative), ("-5s", .duration, .negative), ("+5", .count, .notANumber),
    ("007", .count, .leadingZero), ("05s", .duration, .leadingZero),
    ("1.5s", .duration, .fraction(instead: "1500ms")), ("0.5KB", .size, .fraction(instead: "500B")),
    ("0.0001ms", .duration, .fraction(instead: nil)),
    ("2", .duration, .missingUnit), ("5", .rate, .missingUnit),
    ("5sec", .duration, .unknownUnit("sec", suggestion: "5s")),
    ("5m", .duration, .unknownUnit("m", suggestion: "5min")),
    ("4kb", .size, .unknownUnit("kb", suggestion: "4KB")),
    ("2/sec", .rate, .unknownUnit("/sec", suggestion: "2/s")),
    ("5 s", .duration, .unknownUnit(" s", suggestion: "5s")),
    ("5s", .count, .unneededUnit("s")), ("1e3", .count, .unneededUnit("e3")),
    (".inf", .count, .notANumber), ("inf", .duration, .notANumber), ("nan", .rate, .notANumber),
    ("1__0", .count, .notANumber), ("_1", .count, .notANumber), ("1_", .count, .notANumber),
    ("1.2.3", .count, .notANumber), ("never", .count, .notANumber),
    ("9223372036854775808", .count, .overflow), ("9223372036854775807h", .duration, .overflow),
    ("99999999999999999999999", .count, .overflow),
  ])
  func refusesWhatIsNoNumber(text: String, kind: Kind, error: QuantityError) {
    #expect(throws: error) { try Quantity(parsing: text, as: kind) }
  }

  @Test func writesTheLargestExactUnit() {
    #expect(Quantity(.duration, grains: 90_000).description == "90s")
    #expect(Quantity(.duration, grains: 1999).description == "1999ms")
    #expect(Quantity(.rate, grains: 14_400).description == "10/min")
    #expect(Quantity(.rate, grains: 14_399).description == "14_399/day")
    #expect(Quantity(.size, grains: 64_000).description == "64KB")
    #expect(Quantity(.count, grains: 1_000_000).description == "1_000_000")
    #expect(Quantity(.duration, grains: 0).description == "0")
  }

  @Test(arguments: Kind.allCases)
  func readsBackWhatItWrites(kind: Kind) throws {
    var generator = SeededGenerator(seed: 1)
    for bits in Int64(1)...50 {
      for _ in 0..<40 {
        let grains = Int64.random(in: 1...(1 << bits), using: &generator)
        let written = Quantity(kind, grains: grains).description
        #expect(try Quantity(parsing: written, as: kind).grains == grains, "\(written)")
      }
    }
  }

  @Test(arguments: Kind.allCases.filter { $0 != .count })
  func keepsOrderAcrossUnits(kind: Kind) throws {
    for (larger, smaller) in zip(kind.units, kind.units.dropFirst()) {
      let ratio = larger.factor / smaller.factor
      let one = try Quantity(parsing: "1\(larger.symbol)", as: kind)
      let many = try Quantity(parsing: "\(ratio)\(smaller.symbol)", as: kind)
      let fewer = try Quantity(parsing: "\(ratio - 1)\(smaller.symbol)", as: kind)
      #expect(one == many)
      #expect(fewer.grains < one.grains)
    }
  }
}
