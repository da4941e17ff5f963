import TestSupport

/// The first byte picks the parser, the rest is its input.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  if let first = bytes.first {
    let parsers = ParserInput.allCases
    parsers[Int(first) % parsers.count].parse(Array(bytes.dropFirst()))
  }
  return 0
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
