import Foundation

// How long `tidings rules check` takes: on a large table of a stranger's, and on our own rules.

guard CommandLine.arguments.count == 2 else {
  FileHandle.standardError.write(Data("usage: RulesCheckBenchmark PATH-OF-TIDINGS\n".utf8))
  exit(64)
}
let tidings = URL(filePath: CommandLine.arguments[1])

func time(_ arguments: [String]) throws -> (seconds: Double, status: Int32, output: String) {
  let process = Process()
  process.executableURL = tidings
  process.arguments = arguments
  let pipe = Pipe()
  process.standardOutput = pipe
  let clock = ContinuousClock()
  let start = clock.now
  try process.run()
  let output = pipe.fileHandleForReading.readDataToEndOfFile()
  process.waitUntilExit()
  let elapsed = clock.now - start
  let seconds = Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) / 1e18
  return (seconds, process.terminationStatus, String(decoding: output, as: UTF8.self))
}

let folder = FileManager.default.temporaryDirectory.appending(path: "tidings-\(UUID().uuidString)")
defer { try? FileManager.default.removeItem(at: folder) }

print("our own rules, five runs:")
for _ in 0..<5 {
  let run = try time(["rules", "check"])
  print(String(format: "  %.2f s, exit code %d", run.seconds, run.status))
}

print("a partition of 12 facts into 1000 rows, five different ones:")
for seed in UInt64(1)...5 {
  var table = PartitionTable(facts: 12, rows: 1000, seed: seed)
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  try table.text().write(to: folder.appending(path: "r.yaml"), atomically: true, encoding: .utf8)
  let run = try time(["rules", "check", "--rules", folder.path, "--format", "json"])
  let isProved = !["\"gap\"", "\"overlap\"", "\"unreached\"", "\"undecided\""]
    .contains(where: run.output.contains)
  print(
    String(format: "  %.2f s, ", run.seconds)
      + (isProved ? "no gap, no overlap, every row reached" : "NOT proved"))
}
