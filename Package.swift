// swift-tools-version: 6.2
import PackageDescription

let isCI = Context.environment["CI"] == "true"

let settings: [SwiftSetting] =
  [.enableUpcomingFeature("ExistentialAny"), .enableUpcomingFeature("MemberImportVisibility")]
  + (isCI ? [.treatAllWarnings(as: .error)] : [])

func tool(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(name: name, dependencies: dependencies, swiftSettings: settings)
}

let package = Package(
  name: "tidings",
  platforms: [.macOS(.v15)],
  dependencies: [],
  targets: [
    tool("Diagnostics"),
    tests("DiagnosticsTests", ["Diagnostics"]),
  ],
  swiftLanguageModes: [.v6]
)
