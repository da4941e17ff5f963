import ServiceSupport

/// Messages of one frame, from Markus Kuhn's "UTF-8 decoder capability and stress test".
struct TextSequences: Sendable {
  private let section: Int
  private let payloads: [Payload]
  /// Which of the payloads, counted from 1, are UTF-8.
  private let valid: Set<Int>

  private init(_ section: Int, valid: Set<Int>, _ payloads: [Payload]) {
    self.section = section
    self.payloads = payloads
    self.valid = valid
  }

  private init(_ section: Int, isValid: Bool, _ hex: String...) {
    self.init(
      section, valid: isValid ? Set(1...hex.count) : [], hex.map { Payload(hex: $0) })
  }

  var cases: [AutobahnCase] {
    payloads.enumerated().map { index, payload in
      let (id, message) = ("6.\(section).\(index + 1)", ClientFrame(.text, payload))
      return valid.contains(index + 1)
        ? AutobahnCase(id, message) : AutobahnCase(id, [message], ends: .failed(1007))
    }
  }

  static let all = wellFormed + lengths + unexpected + overlong + surrogates + special

  private static let wellFormed = [
    TextSequences(
      5, isValid: true, "68656C6C6F 24 776F726C64", "68656C6C6F C2A2 776F726C64",
      "68656C6C6F E282AC 776F726C64", "68656C6C6F F0A4ADA2 776F726C64", greek),
    // All prefixes of it.
    TextSequences(
      6, valid: [2, 5, 7, 9, 11],
      (1...11).map { Payload(Array(Payload(hex: greek).bytes.prefix($0))) }),
  ]
  private static let greek = "CEBA E1BDB9 CF83 CEBC CEB5"

  /// The first and the last of each length; those of five and six bytes are no UTF-8 any more.
  private static let lengths = [
    TextSequences(7, isValid: true, "00", "C280", "E0A080", "F0908080"),
    TextSequences(8, isValid: false, "F888808080", "FC8480808080"),
    TextSequences(9, isValid: true, "7F", "DFBF", "EFBFBF", "F48FBFBF"),
    TextSequences(10, isValid: false, "F7BFBFBF", "FBBFBFBFBF", "FDBFBFBFBFBF"),
    TextSequences(
      11, valid: [1, 2, 3, 4],
      ["ED9FBF", "EE8080", "EFBFBD", "F48FBFBF", "F4908080"].map { Payload(hex: $0) }),
  ]

  /// Cut in the middle, each of one length: of the smallest and of the largest number.
  private static let cut = [
    "C0", "E080", "F08080", "F8808080", "FC80808080", "DF", "EFBF", "F7BFBF", "FBBFBFBF",
    "FDBFBFBFBF",
  ]

  private static let unexpected = [
    TextSequences(
      12, valid: [],
      [1, 2].map { Payload([[0x80], [0xBF]][$0 - 1]) }
        + (2...6).map { Payload([0x80, 0xBF], count: $0) } + [Payload(Array(0x80..<0xBF))]),
    // Each lead byte of a length but the last one, with a space after it.
    TextSequences(
      13, valid: [],
      [0xC0..<0xDF, 0xE0..<0xEF, 0xF0..<0xF7, 0xF8..<0xFB, 0xFC..<0xFD].map { leads in
        Payload(leads.flatMap { [UInt8($0), 0x20] })
      }),
    TextSequences(14, valid: [], cut.map { Payload(hex: $0) }),
    TextSequences(15, isValid: false, cut.joined()),
    TextSequences(16, isValid: false, "FE", "FF", "FEFEFFFF"),
  ]

  private static let overlong = [
    TextSequences(17, isValid: false, "C0AF", "E080AF", "F08080AF", "F8808080AF", "FC80808080AF"),
    TextSequences(18, isValid: false, "C1BF", "E09FBF", "F08FBFBF", "F887BFBFBF", "FC83BFBFBFBF"),
    TextSequences(19, isValid: false, "C080", "E08080", "F0808080", "F880808080", "FC8080808080"),
  ]

  private static let surrogates = [
    TextSequences(
      20, isValid: false, "EDA080", "EDADBF", "EDAE80", "EDAFBF", "EDB080", "EDBE80", "EDBFBF"),
    TextSequences(
      21, isValid: false, "EDA080EDB080", "EDA080EDBFBF", "EDADBFEDB080", "EDADBFEDBFBF",
      "EDAE80EDB080", "EDAE80EDBFBF", "EDAFBFEDB080", "EDAFBFEDBFBF"),
  ]

  /// No characters, but valid: the last two of each plane. Then what stands near U+FFFD.
  private static let special = [
    TextSequences(
      22, valid: Set(1...34),
      (0...16).flatMap { plane in
        [0xFFFE, 0xFFFF].compactMap { UnicodeScalar(plane << 16 | $0) }.map {
          Payload(Array(String(Character($0)).utf8))
        }
      }),
    TextSequences(
      23, isValid: true, "EFBFB9", "EFBFBA", "EFBFBB", "EFBFBC", "EFBFBD", "EFBFBE", "EFBFBF"),
  ]
}
