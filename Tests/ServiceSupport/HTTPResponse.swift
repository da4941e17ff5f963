/// What a server answered, as it stood on the wire.
package struct HTTPResponse: Sendable, Equatable {
  package struct Field: Sendable, Equatable {
    package var name: String
    package var value: String
  }

  package struct Head: Sendable, Equatable {
    package var status: Int
    package var reason: String
    package var fields: [Field]

    /// The values of all fields of this name, in whatever case.
    package func values(_ name: String) -> [String] {
      let name = name.lowercased()
      return fields.filter { $0.name.lowercased() == name }.map(\.value)
    }

    /// The first value.
    package subscript(name: String) -> String? { values(name).first }
  }

  package var head: Head
  package var body: [UInt8] = []

  package var status: Int { head.status }
  package var text: String { String(decoding: body, as: UTF8.self) }
  package subscript(name: String) -> String? { head[name] }
}
