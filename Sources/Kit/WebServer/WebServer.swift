import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle
import Synchronization
import Updates

/// The HTTP server of this node: ordinary routes on Hummingbird, and streams that take their connections
/// over below it.
package struct WebServer: Service {
  private let application: Application<RouterResponder<ServerContext>>
  private let departure = Departure()
  private let loops: MultiThreadedEventLoopGroup
  private let hub: Hub
  private let variables: ServerVariables
  private let logger: Logger

  /// - Parameters:
  ///   - files: the folder with the page and its scripts.
  ///   - isListening: called once, with the address that was bound.
  ///   - addRoutes: adds routes to those of the server itself.
  package init(
    _ variables: ServerVariables, hub: Hub, transports: [any Transport], files: String,
    output: StreamConnection.Output = .descriptor, logger: Logger,
    clock: @escaping @Sendable () -> Double,
    isListening: @escaping @Sendable (SocketAddress) async -> Void = { _ in },
    addRoutes: (Router<ServerContext>) -> Void
  ) {
    let limits = Limits(variables, clock: clock)
    let metrics = Metrics()
    let router = Router(context: ServerContext.self)
    router.addMiddleware {
      ResponseHeaders()
      FileMiddleware<ServerContext, LocalFileSystem>(
        files, searchForIndexHtml: true, logger: logger)
    }
    let publisher = Publisher(
      hub: hub, variables: variables, limits: limits, departure: departure, metrics: metrics)
    Health(publisher: publisher).add(to: router)
    addRoutes(router)

    loops = MultiThreadedEventLoopGroup(numberOfThreads: variables.eventLoops)
    application = Application(
      responder: router.buildResponder(),
      server: HTTPServerBuilder { responder in
        ConnectionServer(
          responder: responder, admission: Admission(variables), publisher: publisher,
          transports: [Publishing()] + transports, output: output)
      },
      configuration: .init(
        address: .hostname(variables.host, port: variables.port), serverName: nil, backlog: 1024),
      onServerRunning: { channel in
        if let address = channel.localAddress { await isListening(address) }
      },
      eventLoopGroupProvider: .shared(loops), logger: logger)
    self.hub = hub
    self.variables = variables
    self.logger = logger
  }

  package func run() async throws {
    raiseDescriptorLimit()
    warn()
    // Services end from the last to the first.
    var configuration = ServiceGroupConfiguration(
      services: [application, departure], logger: logger)
    configuration.maximumGracefulShutdownDuration = .seconds(variables.drainSeconds)
    let services = ServiceGroup(configuration: configuration)
    let ended: Result<Void, any Error>
    do { ended = .success(try await services.run()) } catch { ended = .failure(error) }
    await endLoops()
    if case .failure(let error as IOError) = ended, error.errnoCode == EADDRINUSE {
      throw variables.portInUse
    }
    try ended.get()
  }

  private func endLoops() async {
    hub.forgetLoops()
    do { try await loops.shutdownGracefully() } catch {
      logger.error("Cannot end the event loops: \(error)")
    }
  }

  /// A connection is a descriptor, and the usual limit is far below what a server may have.
  private func raiseDescriptorLimit() {
    #if os(Linux)
      let kind = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
    #else
      let kind = RLIMIT_NOFILE
    #endif
    var limit = rlimit()
    getrlimit(kind, &limit)
    limit.rlim_cur = limit.rlim_max
    setrlimit(kind, &limit)
    if limit.rlim_max < rlim_t(variables.maximumConnections) + 100 {
      logger.warning("Only \(limit.rlim_max) files can be open, fewer than MAX_CONNECTIONS.")
    }
  }

  private func warn() {
    if variables.publishToken == nil {
      logger.warning("Anybody may publish: PUBLISH_TOKEN is not set.")
    }
    logger.warning("Anybody may subscribe: this server checks no tokens of subscribers.")
  }
}

private struct ResponseHeaders: RouterMiddleware {
  typealias Context = ServerContext

  func handle(
    _ request: Request, context: Context,
    next: (Request, Context) async throws -> Response
  ) async throws -> Response {
    var response: Response
    do {
      response = try await next(request, context)
    } catch let error as any HTTPResponseError {
      response = try error.response(from: request, context: context)
    }
    response.headers[.servedBy] = context.node
    response.headers[.xContentTypeOptions] = "nosniff"
    response.headers[.contentSecurityPolicy] =
      "default-src 'self'; frame-ancestors 'none'; base-uri 'none'"
    return response
  }
}

/// What a route gets with each request.
package struct ServerContext: RequestContext {
  package var coreContext: CoreRequestContextStorage
  package let peer: ClientAddress?
  /// Where this connection reached this node, for the `Served-By` header.
  let node: String

  /// The same value gives the same bytes.
  package var responseEncoder: JSONEncoder {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return encoder
  }

  package init(source: ApplicationRequestContextSource) {
    coreContext = .init(source: source)
    peer = ClientAddress(source.channel.remoteAddress)
    node = nodeName(source.channel.localAddress)
  }
}

/// Names the node that served a request, by the address that took the connection.
func nodeName(_ address: SocketAddress?) -> String {
  guard let host = address?.ipAddress, let port = address?.port else { return "unknown" }
  return host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
}

extension HTTPField.Name {
  /// Which node answered.
  static let servedBy = name("Served-By")
  static let forwardedFor = name("X-Forwarded-For")

  private static func name(_ text: String) -> Self {
    guard let name = Self(text) else { preconditionFailure("\(text) is not a field name") }
    return name
  }
}

/// How a node leaves: first it takes no new updates and says that it is not ready, then what it had
/// taken is finished; only after that the server ends, and with it the streams.
final class Departure: Service, Sendable {
  private struct State {
    var isLeaving = false
    var publishing = 0
    var last: CheckedContinuation<Void, Never>?
  }

  private let state = Mutex(State())

  var isLeaving: Bool { state.withLock { $0.isLeaving } }

  /// - Returns: nil if the node leaves.
  func publishing<Value>(
    _ body: () async throws -> Value
  ) async rethrows -> Value? {
    let isWelcome = state.withLock { state in
      if !state.isLeaving { state.publishing += 1 }
      return !state.isLeaving
    }
    guard isWelcome else { return nil }
    defer {
      let last = state.withLock { state in
        state.publishing -= 1
        return state.publishing == 0 ? state.last.take() : nil
      }
      last?.resume()
    }
    return try await body()
  }

  func run() async throws {
    try await gracefulShutdown()
    await withCheckedContinuation { continuation in
      let isQuiet = state.withLock { state in
        state.isLeaving = true
        if state.publishing > 0 { state.last = continuation }
        return state.publishing == 0
      }
      if isQuiet { continuation.resume() }
    }
  }
}
