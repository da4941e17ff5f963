/// What a name in a rule can mean.
struct Names {
  let facts: [Fact]
  let space: Space
  let problems: Problems
  var constants: [Constants] = []
  var numbers: [DerivedNumber] = []
  var tables: [Table] = []
  /// Names of what was declared, but could not be read; what uses them is not wrong for that.
  var unreadable: Set<String> = []

  init(facts: [Fact], space: Space, problems: Problems) {
    self.facts = facts
    self.space = space
    self.problems = problems
  }

  func number(named name: String) -> Int? { numbers.firstIndex { $0.name == name } }

  func table(named name: String) -> Int? { tables.firstIndex { $0.name == name } }

  /// Everything that a test may name.
  var testable: [String] {
    space.variables.map(\.name) + numbers.map(\.name) + tables.map(\.name)
  }
}
