import Diagnostics
import Quantities
import Rules
import Specs

/// Questions and answers, one at a time; only those that can still change the advice. Knows no
/// terminal: whoever drives it shows the questions and hands in the answers.
package struct Interview: Sendable {
  /// What was answered so far; the rest at its defaults.
  package private(set) var assignment: Assignment
  /// The question that an answer is taken for; `nil` when nothing is left to ask.
  package private(set) var question: Question?

  private let rules: Ruleset
  private let defaultName: String?

  /// - Parameters:
  ///   - assignment: what is known already, from a spec.
  ///   - defaultName: what an empty answer to a name means, if not the default of the rules.
  package init(_ rules: Ruleset, knowing assignment: Assignment, defaultName: String? = nil) {
    self.rules = rules
    self.assignment = assignment
    self.defaultName = defaultName
    question = nextQuestion()
  }

  /// Takes an answer to the current question: nothing for its default, a value, or `key=value` for
  /// any fact.
  ///
  /// - Throws: `InvalidInput`; the question stays.
  package mutating func answer(_ text: String) throws(InvalidInput) {
    guard let question, let asked = rules.factIndex(question.fact.id) else { return }
    let text = text.trimmed
    if text.isEmpty {
      assignment.state(asked, as: question.defaultValue)
    } else if text.contains("=") {
      let override = try Override(text, place: "answer", rules)
      assignment.state(override.fact, as: override.value)
    } else {
      assignment.state(asked, as: try AnswerReader(question.fact, place: "answer").read(text))
    }
    self.question = nextQuestion()
  }

  /// All questions that can still change the advice as things stand.
  package var openQuestions: [Question] {
    required.map(question) + Relevance(rules).all(of: unknown, in: known).map(question)
  }

  private func nextQuestion() -> Question? {
    (required.first ?? Relevance(rules).first(of: unknown, in: known)).map(question)
  }

  private func question(_ fact: Int) -> Question {
    let fact = rules.facts[fact]
    var value = fact.defaultValue ?? .word("")
    if fact.shape == .name, let defaultName { value = .word(defaultName) }
    return Question(fact: fact, defaultValue: value)
  }

  /// Facts that a spec must state and that have a question.
  private var required: [Int] {
    rules.facts.indices.filter {
      rules.facts[$0].isRequired && rules.facts[$0].question != nil
        && !assignment.stated.contains($0)
    }
  }

  private var unknown: [Int] {
    rules.facts.indices.filter {
      !assignment.stated.contains($0) && !rules.space.variablesOfFact[$0].isEmpty
    }
  }

  /// What is answered is fixed, everything else free.
  private var known: Region {
    let point = rules.point(of: assignment)
    var region = rules.space.whole
    for fact in assignment.stated {
      for variable in rules.space.variablesOfFact[fact] {
        region = region.narrowed(variable, to: region[variable].only(point[variable]))
      }
    }
    return region
  }
}
