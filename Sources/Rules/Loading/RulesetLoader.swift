import Diagnostics
import YAML

extension Ruleset {
  /// Reads and links a folder of rules.
  ///
  /// - Parameters:
  ///   - files: all files of the folder: `*.yaml`, `cards/*.md`, `scenarios/*.yaml`.
  ///   - folder: what messages put before the paths; empty for the embedded rules.
  /// - Throws: `InvalidInput` with all that keeps the rules from being evaluated.
  package init(files: [RulesFile], folder: String = "") throws(InvalidInput) {
    let problems = Problems()
    var loader = RulesetLoader(problems: problems)
    for file in files.sorted(by: { $0.path < $1.path }) {
      if file.path.hasPrefix("cards/"), file.path.hasSuffix(".md") {
        loader.addCard(file, folder: folder)
      } else if file.path.hasPrefix("scenarios/"), file.path.hasSuffix(".yaml") {
        loader.scenarios.append(file)
      } else if file.path.hasSuffix(".yaml"), !file.path.contains("/") {
        loader.open(file, folder: folder)
      }
    }
    let rules = loader.link()
    if rules.facts.isEmpty, problems.diagnostics.isEmpty {
      problems.report(
        Diagnostic(
          .badTable, "there are no facts in the rules\(folder.isEmpty ? "" : " in \(folder)")",
          help: "a folder of rules has *.yaml files with facts:, tables: and so on"))
    }
    if !problems.diagnostics.isEmpty { throw InvalidInput(problems.diagnostics) }
    self = rules
  }
}

/// Collects the sections of all files, then links them in the order in which they build on each
/// other: facts, constants, numbers, tables, costs.
struct RulesetLoader {
  /// A named part of a file, not yet read.
  struct Part {
    var name: String
    var nameLocation: Location
    var node: Node
    var source: SourceText
  }

  let problems: Problems
  var cards: [Card] = []
  var scenarios: [RulesFile] = []
  private var sections: [String: [Part]] = [:]

  /// Tables that test each other are followed one into the other, so their number is bounded.
  private static let mostEntries = 300

  private static let sectionNames = ["facts", "constants", "numbers", "tables", "costs"]

  init(problems: Problems) {
    self.problems = problems
  }

  mutating func open(_ file: RulesFile, folder: String) {
    let document: Document
    do throws(InvalidInput) {
      document = try Document(parsing: file.bytes, file: folder + file.path)
    } catch {
      error.diagnostics.forEach(problems.report)
      return
    }
    document.problems.forEach(problems.report)
    document.unsafeScalars.forEach(problems.report)
    let fields = Fields(
      document.root, in: document.source, known: Self.sectionNames, problems)
    for section in Self.sectionNames {
      for entry in fields.entries(section) {
        if let twin = sections[section]?.first(where: { $0.name == entry.key }) {
          fields.report(
            .duplicateKey, "\(entry.key) is declared twice", at: entry.keyLocation,
            help: "the first stands at \(twin.nameLocation)")
          continue
        }
        guard sections[section, default: []].count < Self.mostEntries else {
          fields.report(
            .tooLarge, "more than \(Self.mostEntries) entries of \(section)", at: entry.keyLocation,
            help: "a set of rules has at most \(Self.mostEntries) \(section), over all its files")
          return
        }
        sections[section, default: []].append(
          Part(
            name: entry.key, nameLocation: entry.keyLocation, node: entry.value,
            source: document.source))
      }
    }
  }

  /// A card is printed as it stands, so nothing in it may steer a terminal.
  mutating func addCard(_ file: RulesFile, folder: String) {
    let place = Location(file: folder + file.path, line: 1, column: 1)
    guard let text = String(validating: file.bytes, as: UTF8.self) else {
      problems.report(
        Diagnostic(.encoding, "a card that is not valid UTF-8", at: place, help: "save it as UTF-8")
      )
      return
    }
    if !TerminalText.isSafe(text) {
      problems.report(
        Diagnostic(
          .controlCharacter, "a card with control characters", at: place, help: "remove them"))
    }
    let id = String(file.path.dropFirst("cards/".count).dropLast(".md".count))
    cards.append(Card(id: id, text: text))
  }

  func link() -> Ruleset {
    let factReader = FactReader(problems: problems)
    var facts = parts("facts").compactMap(factReader.read)
    let space = Space(facts)
    var names = Names(facts: facts, space: space, problems: problems)
    names.unreadable = unreadable("facts", facts.map(\.id))
    names.constants = parts("constants").compactMap(ConstantsReader(problems: problems).read)
    names.unreadable.formUnion(unreadable("constants", names.constants.map(\.name)))
    names.numbers = parts("numbers").compactMap(NumberReader(names: names).read)
    names.unreadable.formUnion(unreadable("numbers", names.numbers.map(\.name)))

    var tables: [Table] = []
    for part in TableOrder(parts: parts("tables"), problems: problems).sorted() {
      guard let table = TableReader(names: names).read(part) else {
        names.unreadable.insert(part.name)
        continue
      }
      tables.append(table)
      names.tables = tables
    }
    for part in parts("facts") {
      guard let index = facts.firstIndex(where: { $0.id == part.name }) else { continue }
      facts[index].appliesWhen = ConditionReader(names: names, source: part.source)
        .conditions(of: part.node["applies-when"])
    }
    var costs: [Cost] = []
    for part in parts("costs") {
      if let cost = CostReader(names: names, earlier: costs).read(part) {
        costs.append(cost)
      } else {
        names.unreadable.insert(part.name)
      }
    }
    return Ruleset(
      facts: facts, space: space, constants: names.constants, numbers: names.numbers,
      tables: tables, costs: costs, cards: cards, scenarios: scenarios)
  }

  private func unreadable(_ section: String, _ read: [String]) -> Set<String> {
    Set(parts(section).map(\.name)).subtracting(read)
  }

  private func parts(_ section: String) -> [Part] { sections[section] ?? [] }
}
