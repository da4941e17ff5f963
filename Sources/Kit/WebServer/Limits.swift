import NIOHTTP1
import Synchronization

/// Allows a number of things a second, and that number at once.
struct TokenBucket: Sendable {
  private let rate: Double
  private var tokens: Double
  private var filled: Double

  init(rate: Double, at seconds: Double) {
    self.rate = rate
    tokens = rate
    filled = seconds
  }

  func isFull(at seconds: Double) -> Bool { tokens + (seconds - filled) * rate >= rate }

  mutating func take(at seconds: Double) -> Bool {
    tokens = min(rate, tokens + max(0, seconds - filled) * rate)
    filled = max(filled, seconds)
    guard tokens >= 1 else { return false }
    tokens -= 1
    return true
  }
}

/// How many connections there are and may be, in all and from one address, and how fast clients publish.
final class Limits: Sendable {
  enum Answer {
    case welcome
    /// This node has no room, for whomever.
    case full
    /// This client has as much as one client may have.
    case tooMany

    var rejection: Admission.Rejection? {
      switch self {
      case .welcome: nil
      case .full: .init(status: .serviceUnavailable, message: "This node is full.")
      case .tooMany: .init(status: .tooManyRequests, message: "Too many connections of one client.")
      }
    }
  }

  private struct State {
    var connections = 0
    var byAddress: [ClientAddress: Int] = [:]
    var connects: TokenBucket
    var publishers: [ClientAddress: TokenBucket] = [:]
  }

  private static let rememberedPublishers = 10_000

  private let variables: ServerVariables
  private let clock: @Sendable () -> Double
  private let state: Mutex<State>

  init(_ variables: ServerVariables, clock: @escaping @Sendable () -> Double) {
    self.variables = variables
    self.clock = clock
    state = Mutex(
      State(connects: TokenBucket(rate: Double(variables.connectRate), at: clock())))
  }

  var connections: Int { state.withLock { $0.connections } }

  /// - Parameter address: nil for a trusted proxy, which stands for many clients.
  func connect(from address: ClientAddress?) -> Answer {
    let now = clock()
    return state.withLock { state in
      guard state.connections < variables.maximumConnections else { return .full }
      // Counted first, so that who has too much takes nothing from the rate of all.
      guard count(address, &state) == .welcome else { return .tooMany }
      guard state.connects.take(at: now) else {
        discount(address, &state)
        return .full
      }
      state.connections += 1
      return .welcome
    }
  }

  func disconnect(from address: ClientAddress?) {
    state.withLock { state in
      state.connections -= 1
      discount(address, &state)
    }
  }

  /// For a client behind a trusted proxy, whose connection was not counted for it.
  func beginStream(of client: ClientAddress?) -> Answer {
    state.withLock { count(client, &$0) }
  }

  func endStream(of client: ClientAddress?) {
    state.withLock { discount(client, &$0) }
  }

  func mayPublish(_ address: ClientAddress?) -> Bool {
    guard let address = address?.network else { return true }
    let now = clock()
    return state.withLock { state in
      if state.publishers.count > Self.rememberedPublishers {
        state.publishers = state.publishers.filter { !$0.value.isFull(at: now) }
      }
      return state.publishers[
        address, default: TokenBucket(rate: Double(variables.publishRate), at: now)
      ].take(at: now)
    }
  }

  private func count(_ address: ClientAddress?, _ state: inout State) -> Answer {
    guard let address = address?.network else { return .welcome }
    guard state.byAddress[address, default: 0] < variables.maximumConnectionsPerAddress else {
      return .tooMany
    }
    state.byAddress[address, default: 0] += 1
    return .welcome
  }

  private func discount(_ address: ClientAddress?, _ state: inout State) {
    guard let address = address?.network, let count = state.byAddress[address] else { return }
    state.byAddress[address] = count > 1 ? count - 1 : nil
  }
}
