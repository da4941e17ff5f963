import Foundation

// Arguments: the file to write, the folder that paths are relative to, the files to embed.
let arguments = Array(CommandLine.arguments.dropFirst())
guard arguments.count >= 2 else {
  FileHandle.standardError.write(Data("usage: EmbedTextGenerator OUTPUT ROOT FILE…\n".utf8))
  exit(64)
}
let root = arguments[1].hasSuffix("/") ? arguments[1] : arguments[1] + "/"

func literal(_ text: String) -> String {
  var result = "\""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "\"": result += "\\\""
    case "\\": result += "\\\\"
    case "\n": result += "\\n"
    case "\r": result += "\\r"
    case "\t": result += "\\t"
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result + "\""
}

var source = "enum EmbeddedFiles {\n  static let all: [(path: String, text: String)] = [\n"
for path in arguments.dropFirst(2) {
  let text = try String(contentsOfFile: path, encoding: .utf8)
  let name = path.hasPrefix(root) ? String(path.dropFirst(root.count)) : path
  source += "    (\(literal(name)), \(literal(text))),\n"
}
source += "  ]\n}\n"
try source.write(toFile: arguments[0], atomically: true, encoding: .utf8)
