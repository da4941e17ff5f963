import Advisor
import Diagnostics
import Rules

/// Makes a design of an advice and of what its reader wants otherwise.
package struct Chooser {
  /// What was asked for on the command line.
  package struct Wishes: Sendable {
    package var transport: String?
    package var fanOut: String?
    package var engine: String?
    /// Take a transport that the clients' networks refuse.
    package var isForced: Bool

    package init(
      transport: String? = nil, fanOut: String? = nil, engine: String? = nil, isForced: Bool = false
    ) {
      self.transport = transport
      self.fanOut = fanOut
      self.engine = engine
      self.isForced = isForced
    }
  }

  package enum Refusal: Error, Equatable {
    /// What was asked for does not exist or does not fit.
    case misfit(String, help: String)
    /// It exists, but cannot be generated.
    case notBuilt(String, help: String)
  }

  package struct Result: Sendable {
    package var design: Design
    package var advised: Advice
    package var chosen: Advice
    /// Fallbacks of the advice that cannot be generated yet.
    package var leftOut: [String]
  }

  private let rules: Ruleset
  private let pieces: Pieces

  package init(_ rules: Ruleset, _ pieces: Pieces) {
    self.rules = rules
    self.pieces = pieces
  }

  package func choose(_ assignment: Assignment, _ wishes: Wishes) throws -> Result {
    for (choice, id) in [
      ("transport", wishes.transport), ("fan-out", wishes.fanOut), ("engine", wishes.engine),
    ] {
      if let id { try refuseUnknown(id, choice) }
    }
    let advisor = Advisor(rules)
    let advised = try advisor.advise(assignment)
    let transport = try transport(wishes, advised, advisor, assignment)
    var decided = ["transport": transport.id]
    if let engine = wishes.engine {
      let fanOut = try engineWanted(engine, wishes.fanOut).fanOut
      decided["fan-out"] = fanOut
      decided["engine"] = engine
    } else if let fanOut = wishes.fanOut {
      decided["fan-out"] = fanOut
    }
    let chosen = try advisor.advise(assignment, choosing: decided)
    let engine = try engine(
      chosen.id(of: "engine"), isAdvised: wishes.engine == nil && wishes.fanOut == nil, chosen)
    let fallbacks = chosen.fallbacks.map(\.id)
    let built = fallbacks.compactMap { pieces.transport($0) }
    let design = Design(
      name: chosen.name, summary: chosen.summary, transport: transport, fallbacks: built,
      engine: engine,
      settings: Settings(
        rules, assignment, polls: transport.id == "polling",
        asksStore: engine.fanOut == "database-polling"))
    return Result(
      design: design, advised: advised, chosen: chosen,
      leftOut: fallbacks.filter { pieces.transport($0) == nil })
  }

  private func refuseUnknown(_ id: String, _ choice: String) throws(Refusal) {
    let known = rules.tableIndex(choice).map { rules.tables[$0].outputs } ?? []
    guard !known.contains(id) else { return }
    let meant = NearestName.of(id, among: known).map { "did you mean \($0)? " } ?? ""
    throw .misfit(
      "there is no \(choice) \(TerminalText.escape(id))",
      help: "\(meant)one of \(known.joined(separator: ", "))")
  }

  private func transport(
    _ wishes: Wishes, _ advised: Advice, _ advisor: Advisor, _ assignment: Assignment
  ) throws -> Pieces.Transport {
    let id = wishes.transport ?? advised.id(of: "transport")
    guard let transport = pieces.transport(id) else {
      let options = try pieces.transports
        .filter { advisor.refusal(of: $0.id, as: "transport", assignment) == nil }
        .map { try request(for: $0, advisor, assignment) }.joined(separator: ", or ")
      throw Refusal.notBuilt(
        "the \(wishes.transport == nil ? "advised " : "")transport \(id) cannot be generated yet",
        help: "what can be had instead: \(options)")
    }
    let refusal = advisor.refusal(of: id, as: "transport", assignment)
    if let refusal, !wishes.isForced {
      throw Refusal.misfit(
        "\(id) does not pass the networks of these clients: \(refusal)",
        help:
          "--transport \(advised.id(of: "transport")) is advised; --force takes \(id) all the same"
      )
    }
    return transport
  }

  /// What has to be asked for, so that this transport can be generated.
  private func request(
    for transport: Pieces.Transport, _ advisor: Advisor, _ assignment: Assignment
  ) throws -> String {
    let advice = try advisor.advise(assignment, choosing: ["transport": transport.id])
    let request = "--transport \(transport.id)"
    if pieces.engine(advice.id(of: "engine")) != nil { return request }
    let fanOut = advice.id(of: "fan-out")
    let fitting = pieces.engines.first { $0.fanOut == fanOut } ?? pieces.engines.first
    return request + (fitting.map { " --engine \($0.id)" } ?? "")
  }

  private func engineWanted(_ id: String, _ fanOut: String?) throws(Refusal) -> Pieces.Engine {
    let engine = try engine(id, isAdvised: false, nil)
    if let fanOut, fanOut != engine.fanOut {
      let fitting = pieces.engines.filter { $0.fanOut == fanOut }.map { "--engine \($0.id)" }
      let options =
        fitting.isEmpty ? "" : "; for \(fanOut): \(fitting.joined(separator: ", "))"
      throw .misfit(
        "the engine \(id) does not fit the fan-out \(fanOut)",
        help: "\(id) fits --fan-out \(engine.fanOut)\(options)")
    }
    return engine
  }

  private func engine(
    _ id: String, isAdvised: Bool, _ advice: Advice?
  ) throws(Refusal) -> Pieces.Engine {
    if let engine = pieces.engine(id) { return engine }
    let fanOut = advice?.id(of: "fan-out")
    let fitting = pieces.engines.filter { $0.fanOut == fanOut }
    let options = (fitting.isEmpty ? pieces.engines : fitting).map { engine in
      "--engine \(engine.id) (\(engine.fanOut)\(engine.service == nil ? ", no service to start" : ""))"
    }.joined(separator: ", ")
    throw .notBuilt(
      "the \(isAdvised ? "advised " : "")engine \(id) cannot be generated yet",
      help: "what can be had instead: \(options)")
  }
}

extension Advice {
  fileprivate func id(of choice: String) -> String {
    choices.first { $0.name == choice }?.id ?? ""
  }
}
