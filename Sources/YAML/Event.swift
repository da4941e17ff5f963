import CYAML
import Diagnostics

/// A libyaml event, copied out of C memory.
struct Event {
  enum Kind {
    case scalar(String, isPlain: Bool)
    case alias(String)
    case sequenceStart
    case mappingStart
    case documentStart
    /// The end of a sequence, a mapping or the stream.
    case end
    case other
  }

  var kind: Kind
  var location: Location
  var tag: String?
  var hasAnchor = false
  /// The last line of its text.
  var endLine: Int

  init(_ event: yaml_event_t, file: String) {
    let start = event.start_mark
    let end = event.end_mark
    // A block scalar's mark ends at the beginning of the line behind it.
    endLine = end.line > start.line && end.column == 0 ? Int(end.line) : Int(end.line) + 1
    // A collection's mark ends after its bracket; a block scalar's on a later line.
    let length = start.line == end.line ? Int(end.column) - Int(start.column) : 1
    location = Location(
      file: file, line: Int(start.line) + 1, column: Int(start.column) + 1, length: length)
    switch event.type {
    case YAML_SCALAR_EVENT:
      let scalar = event.data.scalar
      let bytes = UnsafeBufferPointer(start: scalar.value, count: scalar.length)
      kind = .scalar(
        String(decoding: bytes, as: UTF8.self), isPlain: scalar.style == YAML_PLAIN_SCALAR_STYLE)
      tag = Self.string(scalar.tag)
      hasAnchor = scalar.anchor != nil
    case YAML_ALIAS_EVENT:
      kind = .alias(Self.string(event.data.alias.anchor) ?? "")
    case YAML_SEQUENCE_START_EVENT:
      kind = .sequenceStart
      tag = Self.string(event.data.sequence_start.tag)
      hasAnchor = event.data.sequence_start.anchor != nil
    case YAML_MAPPING_START_EVENT:
      kind = .mappingStart
      tag = Self.string(event.data.mapping_start.tag)
      hasAnchor = event.data.mapping_start.anchor != nil
    case YAML_DOCUMENT_START_EVENT:
      kind = .documentStart
    case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT, YAML_STREAM_END_EVENT:
      kind = .end
    default:
      kind = .other
    }
  }

  private static func string(_ pointer: UnsafeMutablePointer<yaml_char_t>?) -> String? {
    pointer.map { String(cString: $0) }
  }
}
