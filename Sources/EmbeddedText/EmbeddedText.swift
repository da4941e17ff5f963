/// The text files that the binary carries.
package enum EmbeddedText {
  /// The files below a folder of the repository, by their paths in it.
  package static func files(below folder: String) -> [(path: String, text: String)] {
    EmbeddedFiles.all.compactMap { file in
      file.path.hasPrefix(folder + "/")
        ? (String(file.path.dropFirst(folder.count + 1)), file.text) : nil
    }
  }
}
