import Normalization
import SQLite

/// A row of `actions`; schema/0006-actions.sql says what each column is.
public struct ActionRow: Equatable, Sendable {
  /// How an action ended; the raw values are those of the column `outcome`.
  public enum Outcome: String, Sendable, CaseIterable {
    /// So says Asterisk's answer, and the event that was waited for.
    case success
    /// So says Asterisk's answer, or the event that was waited for.
    case error
    /// Asterisk's answer is that the manager user may not do this.
    case permissionDenied = "permission-denied"
    /// It was not sent: it is invalid, or was not confirmed.
    case refused
    /// It was not sent: there was no connection.
    case notConnected = "not-connected"
    /// It was sent, and then the connection ended.
    case connectionLost = "connection-lost"
    /// It was sent, and no answer, or no event, came in time.
    case timedOut = "timed-out"
    /// It was sent, and then the program was told to stop.
    case interrupted
  }

  /// The most fields of an action that are written down; Asterisk reads 128 lines.
  public static let fieldsMax = 256
  /// The most of a value that is written down, in bytes; Asterisk reads lines of 1024.
  public static let valueBytesMax = 2048

  /// Zero until the row is in the store.
  public internal(set) var id: Int64 = 0
  public var serverID: Int64 = 0
  public var sessionID: Int64?
  public var program: String
  public var machineUser: String
  public var username: String?
  public var name: String
  public var actionID: String?
  /// A JSON array of `[name, value]`; see ``setFields(_:)``.
  public private(set) var fields = "[]"
  public var startedAt: Int64
  public var sentAt: Int64?
  public var answeredAt: Int64?
  public var response: String?
  public var message: String?
  public var items: Int64?
  public var event: String?
  public var eventResult: String?
  public var eventAt: Int64?
  public var outcome: Outcome?
  public var error: String?

  /// A row of an action that was asked for at this time, in microseconds since 1970.
  public init(program: String, machineUser: String, name: String, startedAt: Int64) {
    self.program = program
    self.machineUser = machineUser
    self.name = name
    self.startedAt = startedAt
  }

  /// Takes the action's fields in their order. Values that must not be written down are to be
  /// masked already. What passes ``fieldsMax`` or ``valueBytesMax`` is cut, with `…` in its place:
  /// no server would have read it.
  public mutating func setFields(_ pairs: [(name: String, value: String)]) {
    var texts = pairs.prefix(Self.fieldsMax).map { pair in
      "[\(Self.quoted(pair.name)),\(Self.quoted(pair.value))]"
    }
    if pairs.count > Self.fieldsMax { texts.append("[\"…\",\"\(pairs.count) fields\"]") }
    fields = "[\(texts.joined(separator: ","))]"
  }

  private static func quoted(_ text: String) -> String {
    var cut = text
    if text.utf8.count > valueBytesMax {
      cut = String(decoding: text.utf8.prefix(valueBytesMax), as: UTF8.self) + "…"
    }
    return JSONText.quoted(cut)
  }

  // MARK: SQL

  /// The columns after `id`, in the order in which ``bind(to:)`` appends them.
  private static let columns = [
    "server_id", "session_id", "program", "machine_user", "username", "name", "action_id", "fields",
    "started_us", "sent_us", "answered_us", "response", "message", "items", "event",
    "event_result", "event_us", "outcome", "error",
  ]

  /// Adds the row. One statement, so that two programs never take the same id.
  static let insertion =
    "INSERT INTO actions (id, \(columns.joined(separator: ", "))) SELECT coalesce("
    + "(SELECT max(id) FROM actions WHERE id BETWEEN ?1 << 40 AND ((?1 + 1) << 40) - 1), "
    + "?1 << 40) + 1, \((1...columns.count).map { "?\($0)" }.joined(separator: ", "))"

  /// Completes the row of that id.
  static let update =
    "UPDATE actions SET "
    + columns.enumerated().map { "\($1) = ?\($0 + 1)" }.joined(separator: ", ")
    + " WHERE id = ?\(columns.count + 1)"

  func bind(to bindings: inout Bindings) {
    bindings.append(serverID)
    bindings.append(sessionID)
    bindings.append(program)
    bindings.append(machineUser)
    bindings.append(username)
    bindings.append(name)
    bindings.append(actionID)
    bindings.append(fields)
    bindings.append(startedAt)
    bindings.append(sentAt)
    bindings.append(answeredAt)
    bindings.append(response)
    bindings.append(message)
    bindings.append(items)
    bindings.append(event)
    bindings.append(eventResult)
    bindings.append(eventAt)
    bindings.append(outcome?.rawValue)
    bindings.append(error)
  }
}

extension Store {
  /// Adds a row to `actions`, in the open transaction if there is one; its id is in `row` then.
  public func add(_ row: inout ActionRow) throws {
    try execute(ActionRow.insertion) { row.bind(to: &$0) }
    row.id = connection.lastInsertRowid
  }

  /// Completes a row of `actions` that was added.
  public func complete(_ row: ActionRow) throws {
    precondition(row.id != 0, "a row that was not added")
    try execute(ActionRow.update) {
      row.bind(to: &$0)
      $0.append(row.id)
    }
  }
}
