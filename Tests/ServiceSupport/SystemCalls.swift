#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// What a process may be told.
package enum Signal: Sendable {
  case terminate
  case kill
  /// Freezes it: its connections stay open and nothing answers.
  case stop
  case goOn
  case hangUp

  fileprivate var number: Int32 {
    switch self {
    case .terminate: SIGTERM
    case .kill: SIGKILL
    case .stop: SIGSTOP
    case .goOn: SIGCONT
    case .hangUp: SIGHUP
    }
  }
}

func signalProcess(_ process: Int32, _ signal: Signal) {
  // 0 and less would mean our own group, or everybody.
  guard process > 0 else { return }
  _ = kill(process, signal.number)
}

/// - Returns: whether there is such a group.
@discardableResult
func signalGroup(_ group: Int32, _ signal: Signal) -> Bool {
  group > 1 && kill(-group, signal.number) == 0
}

/// Waits until it has ended, and leaves its exit code to who else waits for it.
func waitForExit(_ process: Int32) {
  var info = siginfo_t()
  while waitid(P_PID, id_t(process), &info, WEXITED | WNOWAIT) != 0, errno == EINTR {}
}

/// What starts below gets all signals: a process inherits the mask of the thread that starts it, and the
/// threads that tests run on block most of them.
func withoutBlockedSignals<Value>(_ body: () throws -> Value) rethrows -> Value {
  var none = sigset_t()
  var before = sigset_t()
  sigemptyset(&none)
  pthread_sigmask(SIG_SETMASK, &none, &before)
  defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
  return try body()
}

func makePipe() throws -> (reading: Int32, writing: Int32) {
  var ends: [Int32] = [-1, -1]
  guard pipe(&ends) == 0 else { throw ServiceFailure("no pipe: error \(errno)") }
  return (ends[0], ends[1])
}

/// Waits for bytes; none means the end.
func readBytes(from descriptor: Int32) -> [UInt8] {
  let size = 65_536
  var bytes = [UInt8](repeating: 0, count: size)
  while true {
    let count = read(descriptor, &bytes, size)
    if count > 0 { return Array(bytes.prefix(count)) }
    if count == 0 || errno != EINTR { return [] }
  }
}

func closeDescriptor(_ descriptor: Int32) {
  _ = close(descriptor)
}

func runsAsRoot() -> Bool {
  geteuid() == 0
}

/// How many files this process can have open, once it has asked for as many as it may.
package func maximumOpenFiles() -> Int {
  #if os(Linux)
    let kind = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
  #else
    let kind = RLIMIT_NOFILE
  #endif
  var limit = rlimit()
  getrlimit(kind, &limit)
  return Int(clamping: limit.rlim_max)
}
