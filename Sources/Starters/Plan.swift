/// A project in memory: everything that will be written.
package struct Plan: Sendable, Equatable {
  package struct File: Sendable, Equatable {
    /// Relative to the project, with `/`.
    package var path: String
    package var text: String

    package init(path: String, text: String) {
      self.path = path
      self.text = text
    }

    /// As are scripts.
    package var isExecutable: Bool { text.hasPrefix("#!") }

    package var lines: Int {
      text.utf8.count { $0 == UInt8(ascii: "\n") }
    }
  }

  /// By path.
  package private(set) var files: [File] = []

  package init(_ files: [File]) {
    self.files = files.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
  }
}
