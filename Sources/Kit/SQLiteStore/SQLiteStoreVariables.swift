import Updates

extension SQLiteStore {
  /// The file that `DATABASE_URL` names: `sqlite:PATH`, relative to the working directory.
  package static func path(_ environment: EnvironmentVariables) throws(InvalidVariable) -> String {
    let url = environment.text("DATABASE_URL") ?? "sqlite:updates.sqlite"
    guard url.hasPrefix("sqlite:"), url.utf8.count > "sqlite:".utf8.count else {
      throw InvalidVariable(
        name: "DATABASE_URL", problem: "sqlite: and the path of a file is expected")
    }
    return String(url.dropFirst("sqlite:".count))
  }
}
