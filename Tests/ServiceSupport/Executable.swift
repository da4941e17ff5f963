import Foundation

/// Programs that are installed here.
package enum Executable {
  package static func find(_ name: String) -> URL? {
    folders.map { URL(filePath: $0).appending(path: name) }
      .first { FileManager.default.isExecutableFile(atPath: $0.path) }
  }

  /// Those of the PATH, and where Debian puts services, which an ordinary user's PATH leaves out.
  private static let folders: [String] = {
    let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin"
    let versions = "/usr/lib/postgresql"
    let postgreSQL = (try? FileManager.default.contentsOfDirectory(atPath: versions)) ?? []
    return path.split(separator: ":").map(String.init)
      + ["/usr/local/sbin", "/usr/sbin", "/sbin"]
      + postgreSQL.sorted { (Int($0) ?? 0) > (Int($1) ?? 0) }.map { "\(versions)/\($0)/bin" }
  }()
}
