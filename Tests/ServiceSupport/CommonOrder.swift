/// An order of numbers in which each of several sequences keeps its own.
enum CommonOrder {
  /// What the sequences leave open is in the order of the numbers.
  /// - Parameters:
  ///   - sequences: each without repetition.
  ///   - count: all numbers are less.
  /// - Returns: all that stand in a sequence; nil if the sequences contradict each other.
  static func find(_ sequences: [[Int]], count: Int) -> [Int]? {
    var followers = [Set<Int>](repeating: [], count: count)
    var precedents = [Int](repeating: 0, count: count)
    var isPresent = [Bool](repeating: false, count: count)
    for sequence in sequences {
      for number in sequence { isPresent[number] = true }
      for (number, next) in zip(sequence, sequence.dropFirst()) {
        if followers[number].insert(next).inserted { precedents[next] += 1 }
      }
    }
    let present = (0..<count).filter { isPresent[$0] }
    // The least stands last. There are rarely more than a few.
    var ready = Array(present.filter { precedents[$0] == 0 }.reversed())
    var order: [Int] = []
    while let number = ready.popLast() {
      order.append(number)
      for next in followers[number] {
        precedents[next] -= 1
        guard precedents[next] == 0 else { continue }
        ready.insert(next, at: ready.firstIndex { $0 < next } ?? ready.endIndex)
      }
    }
    return order.count == present.count ? order : nil
  }
}
