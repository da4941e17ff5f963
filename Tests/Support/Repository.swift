import Foundation

package enum Repository {
  /// The root of the checkout that the tests were built from.
  package static let root = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// Whether expected files are to be written anew, for a person to look at in `git diff`.
  package static let isUpdating = ProcessInfo.processInfo.environment["UPDATE_EXPECTED"] == "1"

  package static let isCI = ProcessInfo.processInfo.environment["CI"] == "true"
}
