import Foundation

/// What some tests need beside a Swift toolchain.
///
/// Without it they are skipped with a line that says what to install; in CI they run, and fail:
///
///     @Test(.enabled(if: Component.nginx.isHereOrCI, "\(Component.nginx.advice)"))
package enum Component: String, CaseIterable, Sendable {
  case chromium
  case coturn
  case kcat
  case nginx
  case postgresql
  case redis
  case zookeeper

  package var debianPackage: String {
    switch self {
    case .chromium: "chromium chromium-driver"
    case .coturn: "coturn"
    case .kcat: "kcat"
    case .nginx: "nginx"
    case .postgresql: "postgresql"
    case .redis: "redis-server"
    case .zookeeper: "zookeeper"
    }
  }

  private var programs: [String] {
    switch self {
    case .chromium: ["chromedriver", "chromium"]
    case .coturn: ["turnserver"]
    case .kcat: ["kcat"]
    case .nginx: ["nginx"]
    case .postgresql: ["postgres", "initdb"]
    case .redis: ["redis-server"]
    case .zookeeper: ["java"]
    }
  }

  private var files: [String] {
    self == .zookeeper ? ["/usr/share/java/zookeeper.jar"] : []
  }

  package var isHere: Bool {
    programs.allSatisfy { Executable.find($0) != nil }
      && files.allSatisfy(FileManager.default.fileExists(atPath:))
  }

  package var isHereOrCI: Bool { isHere || Self.isCI }

  package var advice: String { "apt-get install \(debianPackage)" }

  /// - Parameter name: the first of its programs, if nil.
  package func executable(_ name: String? = nil) throws -> URL {
    let name = name ?? programs[0]
    guard let found = Executable.find(name) else {
      throw ServiceFailure("\(name) is not here: \(advice)")
    }
    return found
  }

  private static let isCI = ProcessInfo.processInfo.environment["CI"] == "true"
}
