import Updates

extension SQLiteStore {
  /// The file that `DATABASE_URL` names: `sqlite:PATH`.
  ///
  /// - Parameter folder: where a relative path begins.
  package static func path(
    _ environment: EnvironmentVariables, in folder: String
  ) throws(InvalidVariable) -> String {
    let url = environment.text("DATABASE_URL") ?? "sqlite:updates.sqlite"
    guard url.hasPrefix("sqlite:"), url.utf8.count > "sqlite:".utf8.count else {
      throw InvalidVariable(
        name: "DATABASE_URL", problem: "sqlite: and the path of a file is expected")
    }
    let path = String(url.dropFirst("sqlite:".count))
    return path.hasPrefix("/") ? path : folder + "/" + path
  }
}
