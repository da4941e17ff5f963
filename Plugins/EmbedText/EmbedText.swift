import Foundation
import PackagePlugin

/// Writes the text files below the folders that are linked into a target as Swift literals, so that
/// the binary carries them.
@main
struct EmbedText: BuildToolPlugin {
  func createBuildCommands(context: PluginContext, target: any Target) throws -> [Command] {
    guard let module = target as? any SourceModuleTarget else { return [] }
    let root = context.package.directoryURL
    let files = Self.folders.flatMap { Self.files(below: root.appending(path: $0)) }
    let output = context.pluginWorkDirectoryURL.appending(path: "\(module.moduleName)Files.swift")
    return [
      .buildCommand(
        displayName: "Embedding \(files.count) text files",
        executable: try context.tool(named: "EmbedTextGenerator").url,
        arguments: [output.path(), root.path()] + files.map { $0.path() },
        inputFiles: files,
        outputFiles: [output])
    ]
  }

  private static let folders = ["rules", "templates", "Sources/Kit"]
  private static func files(below folder: URL) -> [URL] {
    let found = FileManager.default.enumerator(
      at: folder, includingPropertiesForKeys: [.isRegularFileKey])
    return (found?.compactMap { $0 as? URL } ?? [])
      .filter { (try? $0.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile) == true }
      .sorted { $0.path() < $1.path() }
  }
}
