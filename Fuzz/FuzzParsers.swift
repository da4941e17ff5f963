import TestSupport
import WireSupport

/// The first byte picks the parser, the rest is its input.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  if let first = bytes.first {
    let number = Int(first) % (ParserInput.allCases.count + WireInput.allCases.count)
    parse(Array(bytes.dropFirst()), with: number)
  }
  return 0
}

/// - Parameter number: in the order in which `script/test` names the parsers.
private func parse(_ bytes: [UInt8], with number: Int) {
  let parsers = ParserInput.allCases
  guard number >= parsers.count else { return parsers[number].parse(bytes) }
  if let problem = WireInput.allCases[number - parsers.count].problem(with: bytes) {
    fatalError(problem)
  }
}

/// libFuzzer as a library (its FuzzerInterface.h).
@_silgen_name("LLVMFuzzerRunDriver")
private func runFuzzer(
  _ argumentCount: UnsafeMutablePointer<CInt>,
  _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?>,
  _ callback: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt

/// SwiftPM makes the program begin here, which libFuzzer's own main cannot know.
@_cdecl("FuzzParsers_main")
public func begin(
  _ argumentCount: CInt, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
) -> CInt {
  var count = argumentCount
  var values = arguments
  return runFuzzer(&count, &values, { fuzz($0, $1) })
}
