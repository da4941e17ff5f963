import CYAML
import Diagnostics

/// Turns libyaml's events into nodes, and refuses what a document of ours does not need: aliases,
/// tags, merge keys, several documents, deep nesting.
struct EventReader {
  private let source: SourceText
  private let limits: Limits
  private var nodes = 0
  private(set) var problems: [Diagnostic] = []

  init(source: SourceText, limits: Limits) {
    self.source = source
    self.limits = limits
  }

  /// Ends the reading at once; the finding is the last of `problems`.
  private struct Stop: Error {}

  mutating func read() throws(InvalidInput) -> Node {
    // `yaml_parser_t` must not move and its input must stay alive until it is deleted.
    let parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
    parser.initialize(to: yaml_parser_t())
    defer { parser.deallocate() }
    guard yaml_parser_initialize(parser) == 1 else {
      throw InvalidInput([Diagnostic(.unreadable, "libyaml has no memory")])
    }
    defer { yaml_parser_delete(parser) }
    yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
    let root = source.bytes.withUnsafeBufferPointer { buffer -> Node? in
      yaml_parser_set_input_string(parser, buffer.baseAddress, buffer.count)
      return try? readStream(parser)
    }
    problems.sort { $0.precedes($1) }
    guard let root else { throw InvalidInput(problems) }
    return root
  }

  private mutating func readStream(_ parser: UnsafeMutablePointer<yaml_parser_t>) throws -> Node {
    _ = try next(parser)  // stream start
    let first = try next(parser)
    if case .end = first.kind {
      throw stop(
        .yamlEmpty, "the document is empty", at: Location(file: source.file, line: 1, column: 1),
        help: "write keys and values")
    }
    let root = try readNode(try next(parser), parser, depth: 1)
    _ = try next(parser)  // document end
    let after = try next(parser)
    if case .documentStart = after.kind {
      throw stop(
        .yamlDocuments, "a second document begins", at: after.location,
        help: "one file holds one document; remove all from this line on")
    }
    return root
  }

  private mutating func readNode(
    _ event: Event, _ parser: UnsafeMutablePointer<yaml_parser_t>, depth: Int
  ) throws -> Node {
    guard problems.count < [Diagnostic].enough else { throw Stop() }
    nodes += 1
    if nodes > limits.nodes {
      throw stop(
        .yamlSize, "more than \(limits.nodes) values", at: event.location,
        help: "a document holds at most \(limits.nodes) keys and values")
    }
    if depth > limits.depth {
      throw stop(
        .yamlNesting, "nested more than \(limits.depth) levels deep", at: event.location,
        help: "a spec has sections and keys, two levels")
    }
    if event.hasAnchor {
      report(
        .yamlAlias, "an anchor", at: event.location,
        help: "write each value where it belongs; anchors and aliases are not taken")
    }
    if let tag = event.tag {
      report(
        .yamlTag, "the tag \(tag)", at: event.location,
        help: "write the value without a tag; its key says what type it has")
    }
    switch event.kind {
    case .scalar(let text, let isPlain):
      return Node(.scalar(text, isPlain: isPlain), at: event.location, endLine: event.endLine)
    case .alias(let name):
      throw stop(
        .yamlAlias, "the alias *\(name)", at: event.location,
        help: "write each value where it belongs; anchors and aliases are not taken")
    case .sequenceStart:
      var items: [Node] = []
      while true {
        let item = try next(parser)
        if case .end = item.kind { return Node(.sequence(items), at: event.location) }
        items.append(try readNode(item, parser, depth: depth + 1))
      }
    case .mappingStart:
      return Node(.mapping(try readEntries(parser, depth: depth)), at: event.location)
    case .documentStart, .end, .other:
      throw stop(.yamlSyntax, "unexpected structure", at: event.location, help: nil)
    }
  }

  private mutating func readEntries(
    _ parser: UnsafeMutablePointer<yaml_parser_t>, depth: Int
  ) throws -> [Node.Entry] {
    var entries: [Node.Entry] = []
    var firstUse: [String: Int] = [:]
    while true {
      let event = try next(parser)
      if case .end = event.kind { return entries }
      let key = try readNode(event, parser, depth: depth + 1)
      let value = try readNode(try next(parser), parser, depth: depth + 1)
      guard let text = key.scalar else {
        report(
          .yamlKey, "a key that is \(key.kind)", at: key.location, help: "a key is a single word")
        continue
      }
      if text == "<<" {
        report(
          .yamlMergeKey, "a merge key", at: key.location,
          help: "write each value where it belongs; merge keys are not taken")
        continue
      }
      if let line = firstUse[text] {
        report(
          .duplicateKey, "the key \(text) is given twice", at: key.location,
          help: "it stands in line \(line) already; keep one of the two")
        continue
      }
      firstUse[text] = key.location.line
      entries.append(Node.Entry(key: text, keyLocation: key.location, value: value))
    }
  }

  private mutating func next(_ parser: UnsafeMutablePointer<yaml_parser_t>) throws -> Event {
    var event = yaml_event_t()
    guard yaml_parser_parse(parser, &event) == 1 else { throw syntaxError(parser.pointee) }
    defer { yaml_event_delete(&event) }
    return Event(event, file: source.file)
  }

  private mutating func syntaxError(_ parser: yaml_parser_t) -> Stop {
    let problem = parser.problem.map { String(cString: $0) } ?? "no memory"
    let context = parser.context.map { " " + String(cString: $0) } ?? ""
    let mark = parser.problem_mark
    return stop(
      .yamlSyntax, "this is not YAML: \(problem)\(context)",
      at: Location(file: source.file, line: Int(mark.line) + 1, column: Int(mark.column) + 1),
      help: "see the line and the one above it: indentation, quotes, a missing `:` or bracket")
  }

  private mutating func report(
    _ code: DiagnosticCode, _ message: String, at location: Location, help: String?
  ) {
    problems.append(source.diagnostic(code, message, at: location, help: help))
  }

  private mutating func stop(
    _ code: DiagnosticCode, _ message: String, at location: Location, help: String?
  ) -> Stop {
    report(code, message, at: location, help: help)
    return Stop()
  }
}
