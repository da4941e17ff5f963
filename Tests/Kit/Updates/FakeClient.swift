import Conformance
import NIOCore
import Updates

/// A line an update: its number and its data. Tells how many updates it encodes each time.
struct LineFormat: WireFormat {
  var name = "lines"
  let encodings = Journal<Int>()

  func encode(_ updates: [Update], into buffer: inout ByteBuffer) {
    encodings.add(updates.count)
    for update in updates {
      let number = Sample.numbering.number(of: update.id, on: update.topic) ?? -1
      buffer.writeString("\(number) \(update.data)\n")
    }
  }

  static func numbers(in bytes: ByteBuffer) -> [Int] {
    String(buffer: bytes).split(separator: "\n").map { Int($0.prefix { $0 != " " }) ?? -1 }
  }
}

/// The connection of a client that takes as many bytes as a test says.
///
/// `@unchecked Sendable`: everything that changes is touched on `loop` only; the journal is safe.
final class FakeClient: Subscriber, @unchecked Sendable {
  enum Entry: Sendable, Equatable {
    /// By the number of the place; -1 is one of another topic.
    case place(Int, isReset: Bool)
    /// The numbers of the updates that were written at once.
    case wrote([Int])
    case beat
    case ended(EndReason)
    /// Something came while bytes were pending.
    case overran
  }

  typealias Hook = (FakeClient) -> Void

  let topic: Topic
  let loop: any EventLoop
  let journal = Journal<Entry>()
  let format: any WireFormat

  var subscription: Subscription?
  /// Bytes that the kernel takes before some are pending.
  var room = Int.max
  var onPlace: Hook?
  var onWrite: Hook?
  private(set) var pendingBytes = 0

  init(topic: Topic, format: LineFormat, loop: any EventLoop) {
    self.topic = topic
    self.format = format
    self.loop = loop
  }

  // MARK: What the hub says

  func place(at cursor: Cursor, isReset: Bool) {
    let number = Sample.numbering.number(of: cursor, on: topic).map { Int($0) } ?? -1
    journal.add(.place(number, isReset: isReset))
    onPlace?(self)
  }

  func write(_ bytes: ByteBuffer) -> Bool {
    if pendingBytes > 0 { journal.add(.overran) }
    journal.add(.wrote(LineFormat.numbers(in: bytes)))
    let taken = min(room, bytes.readableBytes)
    if room < .max { room -= taken }
    pendingBytes += bytes.readableBytes - taken
    onWrite?(self)
    return pendingBytes == 0
  }

  let descriptor: Descriptor? = nil

  func beat() {
    journal.add(pendingBytes > 0 ? .overran : .beat)
  }

  func end(_ reason: EndReason) {
    journal.add(.ended(reason))
  }

  // MARK: What a test does, on the loop

  /// The kernel took what was pending, and has room again.
  func drain(room: Int) {
    self.room = room
    pendingBytes = 0
    subscription?.resume()
  }

  func leave() {
    subscription?.cancel()
    subscription = nil
  }

  // MARK: What a test sees

  /// The numbers of the updates that were written, in their order.
  var numbers: [Int] { Self.numbers(journal.entries) }

  /// - Returns: the number of the first place that the client was told.
  @discardableResult
  func placed() async throws -> Int? {
    Self.place(try await journal.wait { Self.place($0) != nil })
  }

  /// Waits until `count` updates were written.
  func received(_ count: Int) async throws {
    try await journal.wait { Self.numbers($0).count >= count }
  }

  /// Waits until the client is at update `number`.
  func reached(_ number: Int) async throws {
    try await journal.wait { entries in
      switch entries.last {
      case .wrote(let numbers): numbers.last == number
      case .place(number, _): true
      default: false
      }
    }
  }

  @discardableResult
  func ended() async throws -> EndReason? {
    let entries = try await journal.wait {
      if case .ended = $0.last { true } else { false }
    }
    if case .ended(let reason) = entries.last { return reason }
    return nil
  }

  private static func numbers(_ entries: [Entry]) -> [Int] {
    entries.flatMap { entry -> [Int] in
      if case .wrote(let numbers) = entry { numbers } else { [] }
    }
  }

  private static func place(_ entries: [Entry]) -> Int? {
    for case .place(let number, _) in entries { return number }
    return nil
  }
}
