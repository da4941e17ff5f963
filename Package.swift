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

/// A piece of what projects are generated from.
func piece(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .target(
    name: name, dependencies: dependencies, path: "Sources/Kit/\(name)", swiftSettings: settings)
}

func pieceTests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(
    name: name + "Tests", dependencies: dependencies, path: "Tests/Kit/\(name)",
    swiftSettings: settings)
}

let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let lifecycle = Target.Dependency.product(
  name: "ServiceLifecycle", package: "swift-service-lifecycle")

// On Linux libyaml is linked statically, which pkg-config's flags would undo.
#if os(macOS)
  let pkgConfigForYAML: String? = "yaml-0.1"
#else
  let pkgConfigForYAML: String? = nil
#endif

/// A whole server that is no project: for a foreign test suite, for benchmarks.
func server(_ name: String, _ path: String, _ transports: [Target.Dependency]) -> Target {
  .executableTarget(
    name: name,
    dependencies: ["InProcessBroker", "PubSub", "Updates", "WebServer"] + transports + [
      lifecycle, logging, nioCore,
      .product(name: "UnixSignals", package: "swift-service-lifecycle"),
    ],
    path: path, swiftSettings: settings)
}

let package = Package(
  name: "tidings",
  platforms: [.macOS(.v15)],
  products: [.executable(name: "tidings", targets: ["tidings"])],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    .package(url: "https://github.com/attaswift/BigInt", from: "6.0.0"),
    .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.0"),
    .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.0"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
  ],
  targets: [
    .systemLibrary(
      name: "CYAML", pkgConfig: pkgConfigForYAML,
      providers: [.apt(["libyaml-dev"]), .brew(["libyaml"])]),
    tool("Diagnostics"),
    tool("JSON"),
    tool("Quantities"),
    .target(
      name: "YAML", dependencies: ["CYAML", "Diagnostics"], swiftSettings: settings,
      linkerSettings: [
        .linkedLibrary(":libyaml.a", .when(platforms: [.linux])),
        .linkedLibrary("yaml", .when(platforms: [.macOS])),
      ]),
    tool(
      "Rules",
      ["Diagnostics", "Quantities", "YAML", .product(name: "BigInt", package: "BigInt")]),
    tool("Specs", ["Diagnostics", "Quantities", "Rules", "YAML"]),
    tool("RulesCheck", ["Diagnostics", "JSON", "Rules", "Specs", "YAML"]),
    tool("Advisor", ["Diagnostics", "Quantities", "Rules"]),
    tool("Interview", ["Diagnostics", "Quantities", "Rules", "Specs"]),
    tool("Reports", ["Advisor", "Diagnostics", "Interview", "JSON", "Quantities", "Rules"]),
    tool(
      "Starters",
      ["Advisor", "Diagnostics", "Quantities", "Reports", "Rules", "YAML"]),
    .executableTarget(name: "EmbedTextGenerator", swiftSettings: settings),
    .plugin(name: "EmbedText", capability: .buildTool(), dependencies: ["EmbedTextGenerator"]),
    // The links let SwiftPM notice new and deleted files in folders that belong to no target.
    .target(
      name: "EmbeddedText", exclude: ["Kit", "rules", "templates"], swiftSettings: settings,
      plugins: ["EmbedText"]),
    .executableTarget(
      name: "tidings",
      dependencies: [
        "Advisor", "Diagnostics", "EmbeddedText", "Interview", "JSON", "Reports", "Rules",
        "RulesCheck", "Specs", "Starters",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: settings),
    piece(
      "Updates",
      [
        .product(name: "DequeModule", package: "swift-collections"),
        lifecycle, nioCore,
      ]),
    piece("PubSub", ["Updates"]),
    piece("InProcessBroker", ["PubSub", "Updates"]),
    piece("DatabasePolling", ["Updates"]),
    piece(
      "WebServer",
      [
        "Updates", lifecycle, logging, nioCore,
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "HummingbirdCore", package: "hummingbird"),
        .product(name: "HTTPTypes", package: "swift-http-types"),
        nioHTTP1,
        .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
        .product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras"),
        .product(name: "NIOPosix", package: "swift-nio"),
      ]),
    piece("Polling", ["Updates", "WebServer", nioCore, nioHTTP1]),
    piece(
      "ServerSentEvents",
      ["Updates", "WebServer", nioCore, nioHTTP1]),
    piece(
      "LongPolling",
      [
        "Polling", "Updates", "WebServer", nioCore,
        nioHTTP1,
      ]),
    piece(
      "WebSockets",
      [
        "Updates", "WebServer", nioCore, .product(name: "Crypto", package: "swift-crypto"),
        nioHTTP1,
      ]),
    .executableTarget(
      name: "App",
      dependencies: [
        "InProcessBroker", "LongPolling", "Polling", "PubSub", "ServerSentEvents", "Updates",
        "WebServer", "WebSockets", lifecycle, logging, nioCore,
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "UnixSignals", package: "swift-service-lifecycle"),
      ],
      path: "templates/App", swiftSettings: settings),
    .target(
      name: "TestSupport",
      dependencies: ["Diagnostics", "Quantities", "Rules", "Specs"],
      path: "Tests/Support", swiftSettings: settings),
    tests("DiagnosticsTests", ["Diagnostics"]),
    tests("QuantitiesTests", ["Quantities", "TestSupport"]),
    tests("YAMLTests", ["Diagnostics", "YAML"]),
    tests("SpecsTests", ["Diagnostics", "Rules", "Specs", "TestSupport"]),
    tests("RulesTests", ["Diagnostics", "Quantities", "Rules", "TestSupport"]),
    tests("RulesCheckTests", ["Diagnostics", "Rules", "RulesCheck", "TestSupport"]),
    tests("AdvisorTests", ["Advisor", "Quantities", "Rules", "Specs", "TestSupport"]),
    tests("InterviewTests", ["Advisor", "Interview", "Rules", "Specs", "TestSupport"]),
    tests(
      "ReportsTests",
      ["Advisor", "Diagnostics", "JSON", "Reports", "Rules", "RulesCheck", "Specs", "TestSupport"]),
    .target(
      name: "ServiceSupport",
      dependencies: [nioCore, .product(name: "NIOPosix", package: "swift-nio")],
      path: "Tests/ServiceSupport", swiftSettings: settings),
    .target(
      name: "Conformance", dependencies: ["Updates"], path: "Tests/Kit/Conformance",
      swiftSettings: settings),
    pieceTests(
      "Updates",
      [
        "Conformance", "TestSupport", "Updates", nioCore,
        .product(name: "NIOPosix", package: "swift-nio"),
      ]),
    pieceTests("PubSub", ["Conformance", "PubSub", "Updates"]),
    pieceTests("InProcessBroker", ["Conformance", "InProcessBroker", "PubSub", "Updates"]),
    pieceTests("DatabasePolling", ["Conformance", "DatabasePolling", "Updates"]),
    pieceTests(
      "WebServer",
      [
        "Conformance", "TestSupport", "Updates", "WebServer", "WireSupport", nioCore,
        nioHTTP1,
      ]),
    .target(
      name: "WireSupport",
      dependencies: [
        "ServiceSupport", "TestSupport", "Updates", "WebServer", "WebSockets", nioCore, nioHTTP1,
      ],
      path: "Tests/WireSupport", swiftSettings: settings),
    pieceTests(
      "WebSockets",
      ["ServiceSupport", "TestSupport", "Updates", "WebSockets", "WireSupport", nioCore, nioHTTP1]),
    pieceTests(
      "ServerSentEvents", ["Conformance", "ServerSentEvents", "TestSupport", "Updates", nioCore]),
    .testTarget(
      name: "StartersTests",
      dependencies: [
        "Advisor", "Quantities", "Rules", "Specs", "Starters", "TestSupport", "YAML",
      ],
      exclude: ["Golden"], swiftSettings: settings),
    .testTarget(
      name: "CorpusTests", dependencies: ["TestSupport", "WireSupport"], exclude: ["Corpus"],
      swiftSettings: settings),
    .testTarget(
      name: "CommandTests", dependencies: ["Diagnostics", "TestSupport", "tidings"],
      exclude: ["Golden", "QueueRules"], swiftSettings: settings),
  ],
  swiftLanguageModes: [.v6]
)

// Needs libsqlite3-dev and libhiredis-dev, which the tool itself does not.
if Context.environment["ENGINES"] == "all" {
  package.dependencies.append(.package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"))
  package.targets += [
    piece(
      "SQLiteStore",
      ["DatabasePolling", "Updates", logging, .product(name: "GRDB", package: "GRDB.swift")]),
    .systemLibrary(
      name: "CHiredis", path: "Sources/Kit/CHiredis",
      providers: [.apt(["libhiredis-dev"]), .brew(["hiredis"])]),
    piece(
      "RedisBroker",
      [
        "CHiredis", "PubSub", "Updates", logging, nioCore,
        .product(name: "DequeModule", package: "swift-collections"),
        .product(name: "NIOPosix", package: "swift-nio"),
      ]),
    pieceTests(
      "RedisBroker",
      [
        "Conformance", "PubSub", "RedisBroker", "ServiceSupport", "TestSupport", "Updates", logging,
        nioCore,
      ]),
    pieceTests(
      "SQLiteStore",
      [
        "Conformance", "DatabasePolling", "SQLiteStore", "Updates", logging,
        .product(name: "GRDB", package: "GRDB.swift"),
      ]),
    server("echo", "Tests/Echo", ["WebSockets"]),
    server(
      "DeliveryServer", "Benchmarks/Delivery/Server",
      ["LongPolling", "Polling", "ServerSentEvents", "WebSockets"]),
    // Whole servers, which keep deadlines: nothing that hundreds of others should run beside.
    .testTarget(
      name: "AppTests",
      dependencies: [
        "App", "Updates", lifecycle, logging, nioCore,
        .product(name: "NIOPosix", package: "swift-nio"),
      ],
      path: "templates/Tests/AppTests", swiftSettings: settings),
    .testTarget(
      name: "ServiceSupportTests",
      dependencies: [
        "ServiceSupport", nioCore, .product(name: "NIOPosix", package: "swift-nio"),
      ],
      swiftSettings: settings),
    pieceTests(
      "Server",
      [
        "InProcessBroker", "LongPolling", "Polling", "PubSub", "ServerSentEvents",
        "ServiceSupport", "TestSupport", "Updates", "WebServer", "WebSockets", lifecycle, logging,
        nioCore,
      ]),
    .executableTarget(
      name: "ClusterNode",
      dependencies: [
        "LongPolling", "Polling", "PubSub", "RedisBroker", "ServerSentEvents", "Updates",
        "WebServer", "WebSockets", lifecycle, logging, nioCore,
        .product(name: "UnixSignals", package: "swift-service-lifecycle"),
      ],
      path: "Tests/ClusterNode", swiftSettings: settings),
    .testTarget(
      name: "ClusterTests", dependencies: ["ClusterNode", "ServiceSupport", "TestSupport"],
      path: "Tests/Kit/Cluster", swiftSettings: settings),
    // Takes minutes, as it builds whole projects.
    tests("StarterTests", ["ServiceSupport", "TestSupport", "tidings"]),
  ]
}

// libFuzzer brings a main of its own, so its target is there only for `script/test --all`.
if Context.environment["FUZZ"] == "1" {
  package.targets.append(
    .executableTarget(
      name: "FuzzParsers", dependencies: ["TestSupport", "WireSupport"], path: "Fuzz",
      swiftSettings: settings + [.unsafeFlags(["-parse-as-library", "-sanitize=fuzzer"])],
      linkerSettings: [.unsafeFlags(["-sanitize=fuzzer"])]))
}
