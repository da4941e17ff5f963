import ServiceSupport
import Testing

@Suite struct WatchedTests {
  @Test func findsAtOnceOrAfterAChange() async throws {
    let number = Watched(1)
    #expect(try await number.take { $0 == 1 ? "one" : nil } == "one")
    async let two = number.take { $0 >= 2 ? $0 : nil }
    number.update { $0 += 1 }
    #expect(try await two == 2)
  }

  @Test func takesEachOnlyOnce() async throws {
    let queue = Watched<[Int]>([])
    try await withThrowingTaskGroup(of: Int.self) { group in
      for _ in 0..<50 {
        group.addTask { try await queue.take { $0.isEmpty ? nil : $0.removeFirst() } }
      }
      for number in 0..<50 { queue.update { $0.append(number) } }
      var taken: Set<Int> = []
      for try await number in group { taken.insert(number) }
      #expect(taken.count == 50)
    }
    #expect(queue.value.isEmpty)
  }

  @Test func saysWhatItSawWhenTheTimeIsOver() async {
    let number = Watched(7)
    let error = await #expect(throws: TooLate.self) {
      try await number.take(within: .milliseconds(20), else: { "it is \($0)" }) {
        $0 == 8 ? true : nil
      }
    }
    #expect(error?.description.contains("it is 7") == true)
  }

  @Test func endsWithItsTask() async {
    let number = Watched(7)
    let task = Task { try await number.take { $0 == 8 ? true : nil } }
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
  }
}
