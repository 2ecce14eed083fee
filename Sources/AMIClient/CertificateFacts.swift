/// What a certificate says of itself, as far as it helps to say why it is not trusted. Read from
/// its DER bytes, which a stranger may have sent: what cannot be read is nil.
///
/// **Source:** RFC 5280, section 4.1; X.690, section 8.1.
struct CertificateFacts {
  /// The name of who signed it, and of whom it is for: the encoded bytes.
  let issuer: [UInt8]
  let subject: [UInt8]
  /// From when until when it counts, UTC: fourteen digits, YYYYMMDDHHMMSS, which compare as texts.
  let start: String
  let end: String

  /// Whether nobody but its owner signed it.
  var isSelfIssued: Bool { issuer == subject }

  /// Reads a certificate.
  init?(der bytes: [UInt8]) {
    var outer = Elements(bytes[...])
    guard let certificate = outer.next() else { return nil }
    var signed = Elements(certificate.content)
    guard let body = signed.next() else { return nil }
    var fields = Elements(body.content)
    guard var field = fields.next() else { return nil }
    // The version has a tag of its own, and may be left out; then follow the serial number and the
    // algorithm.
    if field.tag == 0xA0 {
      guard let next = fields.next() else { return nil }
      field = next
    }
    guard fields.next() != nil, let issuer = fields.next(), let validity = fields.next(),
      let subject = fields.next()
    else { return nil }
    var times = Elements(validity.content)
    guard let start = times.next().flatMap(Self.time), let end = times.next().flatMap(Self.time)
    else { return nil }
    self.issuer = Array(issuer.content)
    self.subject = Array(subject.content)
    self.start = start
    self.end = end
  }

  /// Twelve digits and a Z with two of the year, or fourteen and a Z.
  private static func time(_ element: Elements.Element) -> String? {
    let digits = element.content.dropLast()
    guard element.content.last == UInt8(ascii: "Z"), digits.allSatisfy({ 0x30...0x39 ~= $0 }) else {
      return nil
    }
    let text = String(decoding: digits, as: UTF8.self)
    switch (element.tag, digits.count) {
    case (0x17, 12): return (text < "5" ? "20" : "19") + text
    case (0x18, 14): return text
    default: return nil
    }
  }

  /// The elements of a DER value, one after the other.
  private struct Elements {
    struct Element {
      let tag: UInt8
      let content: ArraySlice<UInt8>
    }

    private var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

    mutating func next() -> Element? {
      guard let tag = rest.popFirst(), var length = rest.popFirst().map({ Int($0) }) else {
        return nil
      }
      if length >= 0x80 {
        let count = length - 0x80
        guard (1...3).contains(count), rest.count >= count else { return nil }
        length = rest.prefix(count).reduce(0) { $0 << 8 | Int($1) }
        rest = rest.dropFirst(count)
      }
      guard rest.count >= length else { return nil }
      defer { rest = rest.dropFirst(length) }
      return Element(tag: tag, content: rest.prefix(length))
    }
  }
}
