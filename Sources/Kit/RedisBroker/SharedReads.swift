import NIOCore

/// Reads that many ask for at once: while one is on its way, all who come share the next, so that what each
/// gets was read after it asked.
struct SharedReads<Key: Hashable, Value: Sendable> {
  private var waiting: [Key: [EventLoopPromise<Value>]] = [:]

  /// - Returns: whether to read now; then `begin` and `end` have to be told.
  mutating func add(_ promise: EventLoopPromise<Value>, for key: Key) -> Bool {
    if waiting[key] != nil {
      waiting[key]?.append(promise)
      return false
    }
    waiting[key] = [promise]
    return true
  }

  /// Who shares the read that begins now.
  mutating func begin(_ key: Key) -> [EventLoopPromise<Value>] {
    defer { waiting[key] = [] }
    return waiting[key] ?? []
  }

  /// - Returns: whether somebody waits for another read.
  mutating func end(_ key: Key) -> Bool {
    if waiting[key]?.isEmpty == false { return true }
    waiting[key] = nil
    return false
  }
}
