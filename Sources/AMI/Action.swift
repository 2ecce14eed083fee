/// One request to Asterisk as a value: a name and its headers, in the order they are sent.
///
///     Action: Originate␍␊        the name
///     ActionID: 9f3a12c4-17␍␊    if there is one
///     Channel: PJSIP/100␍␊       the fields, in their order; names may repeat
///     Variable: a=1␍␊
///     Variable: b=2␍␊
///     ␍␊
///
/// A line ends where the server sees CR LF, so a value with a line end in it could add headers, or
/// a whole action, that nobody meant. Nothing of that kind is encoded: see ``encoded()``.
public struct Action: Sendable, Equatable {
  /// One header of an action.
  public struct Field: Sendable, Equatable {
    /// The name, without the colon. Asterisk compares names without case.
    public var name: String
    /// The value; may be empty.
    public var value: String

    /// A header called `name` with `value`.
    public init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }

  /// The longest line that a server reads, in bytes, line end included; it drops the whole action
  /// with a longer one.
  ///
  /// **Source:** `main/manager.c`, `get_input` and the size of `inbuf`.
  public static let lineBytesMax = 1024

  /// The most lines that a server keeps of one action, `Action` and `ActionID` included.
  ///
  /// **Source:** `include/asterisk/manager.h`, `AST_MAX_MANHEADERS`.
  public static let headersMax = 128

  /// What is asked for: `Ping`, `QueueStatus`, …
  public var name: String
  /// The text that Asterisk repeats in the answer and in each item of a list, so that they can be
  /// told from those of other actions. A connection puts its own here where there is none.
  public var actionID: String?
  /// The headers after these two, in order; names may repeat.
  public var fields: [Field]

  /// An action called `name` with `fields` in their order, without an ActionID.
  public init(_ name: String, _ fields: [Field] = []) {
    self.name = name
    self.fields = fields
  }

  /// The value of the first field with this name, in any case; nil when there is none.
  public subscript(_ name: String) -> String? {
    let wanted = name.lowercased()
    return fields.first { $0.name.lowercased() == wanted }?.value
  }

  /// The value of the first field with this name as Asterisk reads it: without the blanks and
  /// control characters before it.
  ///
  /// **Source:** `main/manager.c`, `__astman_get_header`: `ast_skip_blanks`.
  public func meant(_ name: String) -> String? {
    self[name].map { value in
      String(String.UnicodeScalarView(value.unicodeScalars.drop { $0.value <= 0x20 }))
    }
  }

  /// Whether the field with this name says yes, in any of Asterisk's words for it.
  func isOn(_ name: String) -> Bool {
    self[name].flatMap { ActionParameter.Kind.flag.normalized($0) } == "true"
  }

  /// The bytes to send, the empty line at the end included.
  ///
  /// Throws, and encodes nothing, when the server would not read the action as it is meant: an
  /// empty name, a colon in a name, a CR, LF or NUL anywhere, a name that begins or ends with a
  /// space, a field called `Action` or `ActionID` (the server takes the first of each and would
  /// silently drop it), a line over ``lineBytesMax``, more than ``headersMax`` lines.
  public func encoded() throws(ActionError) -> [UInt8] {
    let lines = 1 + (actionID == nil ? 0 : 1) + fields.count
    guard lines <= Self.headersMax else { throw ActionError(.tooManyHeaders(lines), header: nil) }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(48 * lines)
    try Self.append("Action", name, to: &bytes, isNameOfAction: true)
    if let actionID { try Self.append("ActionID", actionID, to: &bytes) }
    for (index, field) in fields.enumerated() {
      try Self.check(field, at: index)
      try Self.append(field.name, field.value, to: &bytes)
    }
    bytes.append(contentsOf: Self.lineEnd)
    return bytes
  }

  private static let lineEnd: [UInt8] = [0x0d, 0x0a]

  private static func append(
    _ name: String, _ value: String, to bytes: inout [UInt8], isNameOfAction: Bool = false
  ) throws(ActionError) {
    guard !isNameOfAction || !value.isEmpty else {
      throw ActionError(.emptyName, header: name)
    }
    guard !value.utf8.contains(where: isForbidden) else {
      throw ActionError(.lineEndInValue, header: name)
    }
    let start = bytes.count
    bytes.append(contentsOf: name.utf8)
    bytes.append(0x3a)
    bytes.append(0x20)
    bytes.append(contentsOf: value.utf8)
    bytes.append(contentsOf: lineEnd)
    let length = bytes.count - start
    guard length <= lineBytesMax else { throw ActionError(.lineTooLong(length), header: name) }
  }

  /// Whether the name of a field can stand before a colon. Its error has the field's place and not
  /// its name, which cannot be printed on one line.
  private static func check(_ field: Field, at index: Int) throws(ActionError) {
    let name = field.name.utf8
    let place = "number \(index + 1)"
    guard let first = name.first, let last = name.last else {
      throw ActionError(.emptyName, header: place)
    }
    guard !name.contains(where: isForbidden) else {
      throw ActionError(.lineEndInName, header: place)
    }
    guard !name.contains(0x3a) else { throw ActionError(.colonInName, header: place) }
    guard first != 0x20, last != 0x20 else { throw ActionError(.spaceAroundName, header: place) }
    let folded = field.name.lowercased()
    guard folded != "action", folded != "actionid" else {
      throw ActionError(.reservedName, header: field.name)
    }
  }

  /// CR and LF end a line, NUL ends the text in the server.
  private static func isForbidden(_ byte: UInt8) -> Bool {
    byte == 0x0d || byte == 0x0a || byte == 0
  }
}
