import NIOCore
import NIOPosix
import Synchronization

extension ServiceProcess {
  private static let given = Mutex<Set<Int>>([])

  /// A port of 127.0.0.1 that nobody listens on. None is given twice to the tests of one process,
  /// which run side by side.
  package static func freePort() async throws -> Int {
    while true {
      let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        .bind(host: "127.0.0.1", port: 0).get()
      let port = channel.localAddress?.port ?? 0
      try await channel.close()
      if port > 0, given.withLock({ $0.insert(port).inserted }) { return port }
    }
  }
}
