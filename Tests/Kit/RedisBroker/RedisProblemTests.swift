import Testing

@testable import RedisBroker

@Suite struct RedisProblemTests {
  private static let errors: [(String, RedisProblem)] = [
    ("WRONGPASS invalid username-password pair or user is disabled.", .credentials),
    ("NOAUTH Authentication required.", .credentials),
    (
      "ERR AUTH <password> called without any password configured for the default user. "
        + "Are you sure your configuration is correct?", .credentials
    ),
    ("ERR invalid password", .credentials),
    ("ERR Client sent AUTH, but no password is set", .credentials),
    ("LOADING Redis is loading the dataset in memory", .loading),
    ("READONLY You can't write against a read only replica.", .replica),
    ("OOM command not allowed when used memory > 'maxmemory'.", .memory),
    (
      "OOM command not allowed when used memory > 'maxmemory'. script: 5f1e, on @user_script:1.",
      .memory
    ),
    (
      "MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist to "
        + "disk.", .disk
    ),
    ("NOPERM this user has no permissions to run the 'hset' command", .permission),
    ("NOPERM No permissions to access a key", .permission),
    (inScript("-OOM command not allowed when used memory > 'maxmemory'."), .memory),
    (inScript("-READONLY You can't write against a read only replica."), .replica),
    (inScript("-MISCONF Errors writing to the AOF file: No space left on device"), .disk),
    ("ERR unknown command 'EVALSHA', with args beginning with: 'hunter2'", .error("ERR")),
    ("ERR DB index is out of range", .database),
    ("WRONGTYPE Operation against a key holding the wrong kind of value", .error("WRONGTYPE")),
    ("NOSCRIPT No matching script. Please use EVAL.", .error("NOSCRIPT")),
    ("BUSY Redis is busy running a script.", .error("BUSY")),
    ("-hunter2", .error("")), ("", .error("")), ("\u{E9}hunter2", .error("")),
  ]

  /// As Redis 6.2 says it.
  private static func inScript(_ error: String) -> String {
    "ERR Error running script (call to f_b2dbe03b0d8a21ff2c5e4e0f0a0f7b2dcd0d7e5c): "
      + "@user_script:10: \(error)"
  }

  @Test(arguments: errors)
  func errorsAreKnown(text: String, problem: RedisProblem) {
    #expect(RedisProblem(text) == problem)
  }

  @Test(arguments: errors)
  func nothingButTheCodeOfAnErrorIsRepeated(text: String, problem: RedisProblem) {
    let rest = text.drop { $0.isLetter && $0.isASCII }
    let words = Set(rest.split(separator: " ").filter { $0.count > 6 })
    let description = RedisProblem(text).description
    let repeated = words.filter { description.contains($0) && !Self.ours.contains(String($0)) }
    #expect(repeated.isEmpty, "\(description)")
    #expect(!description.contains("hunter2"))
  }

  /// Words of descriptions that Redis uses, too.
  private static let ours: Set = ["password", "replica."]

  @Test func aCodeHasAnEnd() {
    let text = String(repeating: "X", count: 10_000)
    #expect(RedisProblem(text) == .error(String(repeating: "X", count: 20)))
    #expect(RedisProblem("XX\r\nhunter2") == .error("XX"))
    #expect(RedisProblem("XX:hunter2") == .error("XX"))
  }

  /// As 6.2 says it, 7.0, and later ones. What a script does is not permitted by `EVALSHA`.
  @Test(arguments: [
    inScript("The user executing the script can't run this command or subcommand"),
    inScript(
      "The user executing the script can't access at least one of the keys mentioned in the "
        + "command arguments"),
    "ERR The user executing the script can't run this command or subcommand script: 104a, on "
      + "@user_script:1.",
    "ERR ACL failure in script: User app has no permissions to run the 'xadd' command "
      + "script: 8a2f, on @user_script:4.",
    "ERR ACL failure in script: User app has no permissions to access the 'k' key script: 8a2f, "
      + "on @user_script:4.",
  ])
  func whatAScriptMayNotDoIsKnown(text: String) {
    #expect(RedisProblem(text) == .permission)
  }

  /// What a client sent, which an error may repeat, says nothing about Redis.
  @Test(arguments: [
    "ERR unknown command 'EVALSHA', with args beginning with: 'AUTHORS'",
    "ERR unknown command 'EVALSHA', with args beginning with: 'a -OOM'",
  ])
  func anErrorIsNotTakenForWhatItQuotes(text: String) {
    #expect(RedisProblem(text) == .error("ERR"))
  }

  @Test(arguments: [
    ("ERR max number of clients reached", RedisProblem.clients),
    ("NOREPLICAS Not enough good replicas to write.", .replicas),
    ("DENIED Redis is running in protected mode because protected mode is enabled", .protected),
  ])
  func refusalsOfAllThatComesAreKnown(text: String, problem: RedisProblem) {
    #expect(RedisProblem(text) == problem)
  }
}
