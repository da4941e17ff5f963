import TestSupport
import Testing

@testable import RedisBroker

/// A stream with a node that follows it, in whatever order things happen.
@Suite struct FollowingModelTests {
  /// What each history had, dropped or not, by its epoch.
  private typealias Log = [Int: [FollowingModel.Entry]]

  @Test(arguments: 1...30)
  func whatIsHandedOnIsTheStreamInItsOrder(seed: Int) {
    let isWakingSure = seed.isMultiple(of: 2)
    var generator = SeededGenerator(seed: UInt64(seed))
    var model = FollowingModel(isWakingSure: isWakingSure)
    var log: Log = [1: []]
    for number in 1...1000 {
      step(&model, &log, &generator)
      if let problem = problem(of: model, log) {
        Issue.record("step \(number): \(problem)")
        return
      }
      guard number.isMultiple(of: 40) else { continue }
      model.settle()
      if !isWakingSure {
        model.refresh()
        model.settle()
      }
      let isComplete =
        model.handedEpoch == model.epoch
        && model.handed.suffix(model.stream.count) == model.stream[...]
      let problem = problem(of: model, log) ?? (isComplete ? nil : "something is missing")
      #expect(problem == nil, "step \(number)")
      #expect(model.waiting.isEmpty)
    }
    #expect(model.served > 5)
    #expect(model.restarts > 1)
  }

  private func step(
    _ model: inout FollowingModel, _ log: inout Log, _ generator: inout SeededGenerator
  ) {
    switch Int.random(in: 0..<100, using: &generator) {
    case ..<25: model.append(isHeard: Bool.random(using: &generator))
    case ..<27: model.drop(Int.random(in: 0...25, using: &generator))
    case ..<28:
      model.restartEpoch(losing: Int.random(in: 0...4, using: &generator))
      log[model.epoch] = (log[model.epoch - 1] ?? []).filter { entry in
        entry.id <= model.floor || model.stream.contains(entry)
      }
    case ..<29: model.disconnect()
    case ..<38: model.connect()
    case ..<45: model.listen()
    case ..<58: model.takeMessage()
    case ..<64: model.refresh()
    case ..<67: model.beat()
    case ..<84: model.execute(limit: Int.random(in: 1...4, using: &generator))
    default: model.reply(isLate: Int.random(in: 0..<8, using: &generator) == 0)
    }
    if let newest = model.stream.last, log[model.epoch]?.contains(newest) == false {
      log[model.epoch]?.append(newest)
    }
  }

  /// What was handed on is a part of its history without gaps, from where that began.
  private func problem(of model: FollowingModel, _ log: Log) -> String? {
    if let complaint = model.complaints.first { return complaint }
    guard let floor = model.handedFloor else { return nil }
    let all = (log[model.handedEpoch] ?? []).filter { $0.id > floor }
    if all.prefix(model.handed.count) == model.handed[...] { return nil }
    return "handed on are \(model.handed.suffix(8)) of \(all.suffix(8))"
  }
}
