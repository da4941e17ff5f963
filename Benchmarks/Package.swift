// swift-tools-version: 6.2
import PackageDescription

// Apart from the main package, so that nobody who builds tidings pays for it.
let package = Package(
  name: "tidings-benchmarks",
  platforms: [.macOS(.v15)],
  targets: [.executableTarget(name: "RulesCheckBenchmark")],
  swiftLanguageModes: [.v6]
)
