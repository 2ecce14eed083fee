import Glibc
public import Testing

/// Compares `text` with the file `Golden/NAME` beside the test; with `GOLDEN=update` in the
/// environment it becomes that file.
public func expectGolden(
  _ text: String, _ name: String, test: String = #filePath,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  let path = "\(test[..<test.lastIndex(of: "/")!])/Golden/\(name)"
  if let update = unsafe getenv("GOLDEN"), unsafe String(cString: update) == "update" {
    guard let file = unsafe fopen(path, "w") else {
      Issue.record("\(path) cannot be written: errno \(errno)", sourceLocation: sourceLocation)
      return
    }
    unsafe fputs(text, file)
    unsafe fclose(file)
    return
  }
  guard let file = unsafe fopen(path, "r") else {
    Issue.record("there is no \(path): GOLDEN=update makes it", sourceLocation: sourceLocation)
    return
  }
  defer { unsafe fclose(file) }
  var bytes = [UInt8](repeating: 0, count: 1 << 20)
  let count = unsafe fread(&bytes, 1, bytes.count, file)
  let golden = String(decoding: bytes[..<count], as: UTF8.self)
  #expect(
    text == golden, "\(name) differs: GOLDEN=update takes it over", sourceLocation: sourceLocation)
}
