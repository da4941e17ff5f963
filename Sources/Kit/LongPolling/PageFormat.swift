import NIOCore
import Polling
import Updates

/// Updates as a whole response, the same for all who wait at one place.
struct PageFormat: WireFormat {
  let limit: Int
  let node: String
  /// Whether these are the oldest updates, for a client whose place is not kept.
  var isReset = false
  private let usualName: String

  init(limit: Int, node: String) {
    self.limit = limit
    self.node = node
    usualName = "\(limit) \(node)"
  }

  var name: String { isReset ? usualName + " reset" : usualName }

  func encode(_ updates: [Update], into buffer: inout ByteBuffer) {
    let updates = Array(updates.prefix(limit))
    guard let last = updates.last else { return }
    let page = Page(start: last.id, updates: updates, next: last.id, isReset: isReset)
    buffer.writeImmutableBuffer(PageResponse(page, node: node).bytes())
  }

  /// What a client gets that has waited for nothing.
  func empty(at place: Cursor, unless known: [String]) -> ByteBuffer {
    let page = Page(start: place, updates: [], next: place, isReset: isReset)
    return PageResponse(page, node: node).bytes(unless: known)
  }
}
