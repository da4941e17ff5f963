import NIOCore

/// One direction of a proxied connection. Lives on one event loop.
final class ProxyPipe {
  struct Conditions {
    var isPaused = false
    var delay = TimeAmount.zero
    var bytesPerSecond: Int?
  }

  enum Ending {
    /// The source sends nothing more.
    case half
    /// The source is gone.
    case full
  }

  private struct Parcel {
    var due: NIODeadline
    var bytes: ByteBuffer
  }

  /// Bytes that wait before the source is no longer read, unless the pipe is paused.
  private static let bound = 65_536

  var conditions: Conditions { didSet { pump() } }
  var source: (any Channel)?
  /// Nothing goes out before it is known.
  var target: (any Channel)? { didSet { pump() } }

  private let loop: any EventLoop
  private var parcels = CircularBuffer<Parcel>()
  private var heldBytes = 0
  private var nextSend = NIODeadline.uptimeNanoseconds(0)
  private var wake: Scheduled<Void>?
  private var writes = 0
  private var ending: Ending?
  private var isReading = true
  private var isPumping = false

  init(
    _ loop: any EventLoop, _ conditions: Conditions, from source: (any Channel)?,
    to target: (any Channel)?
  ) {
    self.loop = loop
    self.conditions = conditions
    self.source = source
    self.target = target
  }

  func receive(_ bytes: ByteBuffer) {
    parcels.append(Parcel(due: NIODeadline.now() + conditions.delay, bytes: bytes))
    heldBytes += bytes.readableBytes
    pump()
  }

  func sourceEnded(_ ending: Ending) {
    self.ending = ending
    pump()
  }

  func drop() {
    parcels.removeAll()
    heldBytes = 0
    ending = nil
    wake?.cancel()
    wake = nil
  }

  func pump() {
    // A write may tell at once that another one is welcome; the loop below sees that, too.
    guard !isPumping else { return }
    isPumping = true
    defer { isPumping = false }
    wake?.cancel()
    wake = nil
    while !conditions.isPaused, let target, target.isWritable, let parcel = parcels.first {
      let now = NIODeadline.now()
      let due = max(parcel.due, nextSend)
      guard due <= now else {
        wake = loop.assumeIsolated().scheduleTask(deadline: due) { self.pump() }
        break
      }
      sendFirst(to: target, at: now)
    }
    endIfDrained()
    readOrNot()
  }

  private func sendFirst(to target: any Channel, at now: NIODeadline) {
    var parcel = parcels.removeFirst()
    let size = parcel.bytes.readableBytes
    // Twenty pieces a second are smooth enough.
    let limit = conditions.bytesPerSecond.map { max(1, $0 / 20) } ?? size
    guard let piece = parcel.bytes.readSlice(length: min(limit, size)) else { return }
    if parcel.bytes.readableBytes > 0 { parcels.prepend(parcel) }
    let count = piece.readableBytes
    heldBytes -= count
    if let rate = conditions.bytesPerSecond {
      nextSend = now + .nanoseconds(Int64(count) * 1_000_000_000 / Int64(max(1, rate)))
    }
    writes += 1
    let promise = loop.makePromise(of: Void.self)
    promise.futureResult.assumeIsolated().whenComplete { _ in
      self.writes -= 1
      self.endIfDrained()
    }
    target.writeAndFlush(piece, promise: promise)
  }

  private func endIfDrained() {
    guard !conditions.isPaused, parcels.isEmpty, writes == 0, let target, let ending else { return }
    self.ending = nil
    switch ending {
    case .half: target.close(mode: .output, promise: nil)
    case .full: target.close(promise: nil)
    }
  }

  private func readOrNot() {
    let reads = conditions.isPaused || heldBytes < Self.bound
    guard reads != isReading, let source else { return }
    isReading = reads
    _ = try? source.syncOptions?.setOption(.autoRead, value: reads)
  }
}
