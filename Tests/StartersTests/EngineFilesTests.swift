import Foundation
import Starters
import Testing
import TestSupport

/// What projects get of an engine beside its pieces.
@Suite struct EngineFilesTests {
  private static let own = [
    "Tests/AppTests/RedisBrokerTests.swift", "Tests/AppTests/RedisServer.swift", "redis.conf",
    "script/cluster",
  ]

  private static func plan(_ engine: String) throws -> Plan {
    try Starting.plan(Starting.example("build-log"), .init(engine: engine))
  }

  @Test func filesOfAnEngineComeWithItAlone() throws {
    for engine in ["in-process", "sqlite"] {
      let paths = Set(try Self.plan(engine).files.map(\.path))
      #expect(paths.isDisjoint(with: Self.own), "\(engine)")
    }
    let paths = Set(try Self.plan("redis").files.map(\.path))
    #expect(paths.isSuperset(of: Self.own))
  }

  @Test func theirTemplatesAreThere() throws {
    let paths = Set(Starting.sources.map(\.path))
    for engine in try Starting.planner().pieces.engines {
      for file in engine.files { #expect(paths.contains("templates/\(file.template)")) }
    }
  }

  @Test func scriptsAreMarkedAsSuch() throws {
    let executable = try Self.plan("redis").files.filter(\.isExecutable).map(\.path)
    #expect(executable == ["script/cluster"])
    let none = try Self.plan("sqlite").files.filter(\.isExecutable)
    #expect(none.isEmpty)
  }

  @Test func testsStartTheServiceThatTheServerNeeds() throws {
    let path = "Tests/AppTests/Server.swift"
    let ours = try #require(Starting.sources.first { $0.path == "templates/\(path)" }?.text)
    #expect(try Self.plan("in-process").text(path) == ours)
    #expect(try Self.plan("sqlite").text(path) == ours)
    let text = try Self.plan("redis").text(path)
    #expect(text.contains("\n    let redis = try await RedisServer.start()\n"))
    #expect(text.contains(#"["PORT": "0", "REDIS_URL": redis.url].merging(variables) { $1 })"#))
    #expect(text.split(separator: "\n").count == ours.split(separator: "\n").count + 3)
  }

  /// A service and its library are named wherever somebody has to install them.
  @Test func whatHasToBeInstalledIsNamed() throws {
    let plan = try Self.plan("redis")
    #expect(plan.text("Dockerfile").contains("install -y --no-install-recommends libhiredis-dev "))
    #expect(plan.text("Dockerfile").contains("install -y --no-install-recommends libhiredis0.14 "))
    let workflow = plan.text(".github/workflows/ci.yml")
    #expect(workflow.contains("apt-get install -y libhiredis-dev redis-server\n"))
    #expect(plan.text("README.md").contains("`apt-get install redis-server`"))
    #expect(plan.text("Package.swift").contains(#".systemLibrary("#))
    #expect(plan.text(".gitignore").hasSuffix("*.sqlite*\n.cluster/\nappendonlydir/\n"))
    #expect(try Self.plan("in-process").text(".gitignore").hasSuffix("*.sqlite*\n"))
  }

  /// `script/cluster` changes these addresses, as the tests of whole projects do.
  @Test func theScriptFindsWhatItReplaces() throws {
    let plan = try Self.plan("redis")
    let script = plan.text("script/cluster")
    let proxy = plan.text("nginx.conf")
    for address in ["server app:8080", "listen 8080"] {
      #expect(script.contains("s/\(address)"))
      #expect(proxy.contains(address))
    }
  }

  @Test func theScriptIsOneForBash() throws {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    let file = Repository.root.appending(path: "templates/project/cluster")
    process.arguments = ["bash", "-n", file.path]
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
  }
}
