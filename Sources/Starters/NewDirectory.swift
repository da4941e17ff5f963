#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A directory that gets all files of a plan, or none.
///
/// They are written beside it, and the whole is put in its place in one step, so that it is absent or
/// complete whenever the process ends.
package struct NewDirectory {
  package enum Problem: Error, Equatable {
    /// `.` and `..` have no name of their own.
    case noName
    case isLink
    case isFile
    case isNotEmpty
    /// The errno of the system.
    case cannotCreate(Int32)
    case cannotWrite(Int32)
  }

  private let path: String

  /// - Throws: `Problem`, if this path takes no new directory.
  package init(_ path: String) throws(Problem) {
    var path = path
    while path.count > 1, path.hasSuffix("/") { path.removeLast() }
    guard let name = path.split(separator: "/").last, name != ".", name != ".." else {
      throw .noName
    }
    self.path = path
    try refuseWhatIsThere()
  }

  package func write(_ plan: Plan) throws(Problem) {
    let beside = self.beside
    try makeFolders(above: path)
    guard mkdir(beside, 0o777) == 0 else { throw .cannotCreate(errno) }
    do throws(Problem) {
      for file in plan.files { try write(file, below: beside) }
      try refuseWhatIsThere()
      // Replaces an empty directory, and nothing else.
      guard rename(beside, path) == 0 else {
        throw errno == ENOTEMPTY || errno == EEXIST ? .isNotEmpty : .cannotCreate(errno)
      }
    } catch {
      remove(plan, below: beside)
      throw error
    }
  }

  private func refuseWhatIsThere() throws(Problem) {
    var status = stat()
    guard lstat(path, &status) == 0 else {
      if errno == ENOENT { return }
      throw .cannotCreate(errno)
    }
    switch status.st_mode & S_IFMT {
    case S_IFLNK: throw .isLink
    case S_IFDIR: break
    default: throw .isFile
    }
    guard let folder = opendir(path) else { throw .cannotCreate(errno) }
    defer { closedir(folder) }
    var entries = 0
    while readdir(folder) != nil { entries += 1 }
    // `.` and `..` are always there.
    if entries > 2 { throw .isNotEmpty }
  }

  private var beside: String {
    let start = path.utf8.lastIndex(of: UInt8(ascii: "/")).map { path.utf8.index(after: $0) }
    let cut = start ?? path.startIndex
    let tag = String(UInt32.random(in: 0 ... .max), radix: 36)
    return path[..<cut] + ".\(path[cut...]).\(tag).tmp"
  }

  private func write(_ file: Plan.File, below folder: String) throws(Problem) {
    let path = folder + "/" + file.path
    try makeFolders(above: path)
    let mode: mode_t = file.isExecutable ? 0o777 : 0o666
    let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
    guard descriptor >= 0 else { throw .cannotCreate(errno) }
    defer { close(descriptor) }
    var rest = Array(file.text.utf8)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { systemWrite(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw .cannotWrite(errno) }
      rest = rest.dropFirst(count)
    }
  }

  private func makeFolders(above path: String) throws(Problem) {
    for index in path.utf8.indices.dropFirst() where path.utf8[index] == UInt8(ascii: "/") {
      if mkdir(String(path[..<index]), 0o777) != 0, errno != EEXIST { throw .cannotCreate(errno) }
    }
  }

  private func remove(_ plan: Plan, below folder: String) {
    var folders: Set<String> = []
    for file in plan.files {
      unlink(folder + "/" + file.path)
      for index in file.path.utf8.indices where file.path.utf8[index] == UInt8(ascii: "/") {
        folders.insert(String(file.path[..<index]))
      }
    }
    for inner in folders.sorted(by: { $0.utf8.count > $1.utf8.count }) {
      rmdir(folder + "/" + inner)
    }
    rmdir(folder)
  }
}

private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
  write(descriptor, bytes, count)
}
