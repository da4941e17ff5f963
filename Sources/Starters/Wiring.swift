import Quantities

/// Renders `Sources/App/Services.swift`: the lines that join the chosen pieces.
struct Wiring {
  let design: Design

  var text: String {
    let imports = (["Foundation", "Logging", "NIOCore", "ServiceLifecycle"] + modules).sorted()
    return """
      \(imports.map { "import \($0)" }.joined(separator: "\n"))

      extension App {
        /// What this server is for, in the words of `requirements.yaml`.
        static let summary = \(Escapes.swift(design.summary ?? design.name))

        /// Joins the pieces: the fan-out brings updates to this node, the transports carry them on.
        ///
        /// - Parameters:
        ///   - folder: where `Public` is\(design.engine.volume == nil ? "" : ", and where relative paths begin").
        ///   - isListening: called once, with the address that was bound.
        static func services(
          _ environment: EnvironmentVariables, in folder: String = ".", logger: Logger,
          isListening: @escaping @Sendable (SocketAddress) async -> Void
        ) throws -> [any Service] {
          let clock: @Sendable () -> Double = { Date().timeIntervalSince1970 }
          let limits = try HistoryLimits(
            environment, \(limits))
          let variables = try ServerVariables(
            environment, \(server))

      \(engine)

          let hub = Hub(
            fanOut: fanOut, limits: limits, maximumQueue: try Hub.maximumQueue(\(queue)),
            clock: clock)
          let server = WebServer(
            variables, hub: hub,\(transports),
            files: folder + "/Public", logger: logger, clock: clock, isListening: isListening
          ) { router in
            addRoutes(to: router, hub: hub)
          }
          return [hub, server]
        }
      }

      """
  }

  private var modules: [String] {
    ["Updates", "WebServer"] + design.transports.map(\.piece) + design.engine.pieces
  }

  private var limits: String {
    let settings = design.settings
    let latest = settings.keepsLatest ? ", keepsLatest: true" : ""
    return "size: \(number(settings.historySize)), seconds: \(number(settings.historySeconds)), "
      + "topics: \(number(settings.maximumTopics))\(latest)"
  }

  private var server: String {
    let body =
      design.settings.maximumBody == Settings.usualBody
      ? "" : ", maximumBody: \(number(design.settings.maximumBody))"
    return "maximumConnections: \(number(design.settings.maximumConnections))\(body)"
  }

  private var queue: String {
    design.settings.maximumQueue == Settings.usualQueue
      ? "environment" : "environment, default: \(number(design.settings.maximumQueue))"
  }

  private var engine: String {
    design.settings.fill(design.engine.wiring).split(separator: "\n").map { "    " + $0 }
      .joined(separator: "\n")
  }

  private var transports: String {
    let list = design.transports.map { design.settings.fill($0.transport) }
    if list.count == 1 { return " transports: [\(list[0])]" }
    return "\n      transports: [\n\(list.map { "        \($0),\n" }.joined())      ]"
  }

  private func number(_ value: Int?) -> String {
    value.map { Quantity.grouped(Int64($0)) } ?? "nil"
  }
}

extension Settings {
  /// Puts these settings into the places of a text of `pieces.yaml`: `{cache-seconds}`.
  func fill(_ text: String) -> String {
    let values: [(String, Int?)] = [
      ("{history-size}", historySize), ("{history-seconds}", historySeconds),
      ("{max-topics}", maximumTopics), ("{max-connections}", maximumConnections),
      ("{max-body}", maximumBody), ("{max-queue}", maximumQueue), ("{cache-seconds}", cacheSeconds),
      ("{store-milliseconds}", storeMilliseconds),
    ]
    return values.reduce(text) { text, value in
      text.replacing(value.0, with: value.1.map(String.init) ?? "unlimited")
    }
  }
}
