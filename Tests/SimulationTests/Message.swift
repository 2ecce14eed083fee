/// An AMI message as a simulated server writes it: headers in order.
struct Message {
  private(set) var headers: [(name: String, value: String)]

  init(event: String, _ privilege: String?, _ headers: [(String, String)] = []) {
    self.headers = [("Event", event)]
    if let privilege { self.headers.append(("Privilege", "\(privilege),all")) }
    self.headers += headers.map { ($0.0, $0.1) }
  }

  init(response: String, _ headers: [(String, String)] = []) {
    self.headers = [("Response", response)] + headers.map { ($0.0, $0.1) }
  }

  mutating func append(_ name: String, _ value: String) { headers.append((name, value)) }

  mutating func insert(_ name: String, _ value: String) {
    headers.insert((name, value), at: min(2, headers.count))
  }

  /// Changes the value of one header.
  mutating func change(_ place: Int, to value: String) { headers[place].value = value }

  /// The bytes on the wire.
  var bytes: [UInt8] {
    var bytes: [UInt8] = []
    for header in headers { bytes += "\(header.name): \(header.value)\r\n".utf8 }
    bytes += "\r\n".utf8
    return bytes
  }
}
