import AMI
import Glibc
import Support
import Testing

/// docs/actions.md, which is made of the declarations.
@Suite struct ActionDocumentTests {
  @Test func `the document of the actions says what the declarations say`() {
    let path = String(Fixture.tests.dropLast("Tests".count)) + "docs/actions.md"
    if let update = unsafe getenv("GOLDEN"), unsafe String(cString: update) == "update" {
      guard let file = unsafe fopen(path, "w") else {
        Issue.record("\(path) cannot be written: errno \(errno)")
        return
      }
      unsafe fputs(Self.document, file)
      unsafe fclose(file)
      return
    }
    guard let file = unsafe fopen(path, "r") else {
      Issue.record("there is no \(path): GOLDEN=update makes it")
      return
    }
    defer { unsafe fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 1 << 20)
    let count = unsafe fread(&bytes, 1, bytes.count, file)
    #expect(
      String(decoding: bytes[..<count], as: UTF8.self) == Self.document,
      "docs/actions.md differs: GOLDEN=update makes it anew")
  }

  private static let document: String = {
    var text = """
      # Actions

      What amirec knows of the actions of the manager interface: their fields, what answers them, which write class the
      user needs, and where that is written. Made from the declarations in
      [Sources/AMI/Actions](../Sources/AMI/Actions); `amirec action --help NAME` prints the same. Any other action goes by
      its name, with any fields.

      """
    for action in ActionCatalogue.all {
      text += "\n## \(action.name)\n\n```text\n\(action.help)```\n"
    }
    return text
  }()
}
