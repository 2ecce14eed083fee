public import Normalization
import SQLite

extension Store {
  /// The number of the server with this name; it gets a row, and the next number, when it has none.
  public func server(named name: String) throws -> Int64 {
    if let number = try integer("SELECT id FROM servers WHERE name = ?", .text(name)) {
      return number
    }
    let next = try integer("SELECT coalesce(max(id) + 1, 0) FROM servers") ?? 0
    try execute("INSERT INTO servers (id, name) VALUES (?, ?)") {
      $0.append(next)
      $0.append(name)
    }
    return next
  }

  /// Notes what a server said of itself.
  public func update(server number: Int64, _ facts: Normalizer.ServerFacts) throws {
    try execute(
      """
      UPDATE servers SET system_name = coalesce(?, system_name),
        ami_version = coalesce(?, ami_version),
        asterisk_version = coalesce(?, asterisk_version), boot_us = coalesce(?, boot_us)
      WHERE id = ?
      """
    ) {
      $0.append(facts.systemName)
      $0.append(facts.amiVersion)
      $0.append(facts.asteriskVersion)
      $0.append(facts.bootedAt)
      $0.append(number)
    }
  }

  /// How a server's tables were filled last; nil when there is no such server, or it is not known.
  public func options(ofServer name: String) throws -> Normalizer.Options? {
    try first(
      "SELECT trunks, tables, dtmf FROM servers WHERE name = ? AND tables IS NOT NULL",
      [.text(name)]
    ) {
      var options = Normalizer.Options()
      options.trunks = Set(Self.list($0.text(at: 0)))
      options.tables = Set(
        Self.list($0.text(at: 1)).compactMap { Normalizer.Options.BulkyTable(rawValue: $0) })
      options.dtmf = $0.text(at: 2) == "clear"
      return options
    }
  }

  /// Notes how a server's tables are filled.
  public func set(_ options: Normalizer.Options, ofServer name: String) throws {
    guard try self.options(ofServer: name) != options else { return }
    try execute("UPDATE servers SET trunks = ?, tables = ?, dtmf = ? WHERE name = ?") {
      $0.append(options.trunks.sorted().joined(separator: ", "))
      $0.append(options.tables.map(\.rawValue).sorted().joined(separator: ", "))
      $0.append(options.dtmf ? "clear" : "masked")
      $0.append(name)
    }
  }

  private static func list(_ text: String?) -> [String] {
    (text ?? "").split(separator: ",").map { String($0.drop { $0 == " " }) }
  }

  /// How far a server's stream has been taken in.
  public struct Position: Sendable {
    /// The row in `sessions`.
    public var sessionID: Int64
    /// When that session's connection was made.
    public var connectedAt: Int64
    /// Bytes of it that are in blocks.
    public var sessionOffset: Int64
    /// Receive time of the last of these bytes.
    public var lastAt: Int64
    /// The normalizer's state there.
    public var state: [UInt8]

    public init(
      sessionID: Int64, connectedAt: Int64, sessionOffset: Int64, lastAt: Int64, state: [UInt8]
    ) {
      self.sessionID = sessionID
      self.connectedAt = connectedAt
      self.sessionOffset = sessionOffset
      self.lastAt = lastAt
      self.state = state
    }

    /// Of a row with these columns in this order.
    init(_ row: borrowing Statement) {
      self.init(
        sessionID: row.int(at: 0), connectedAt: row.int(at: 1), sessionOffset: row.int(at: 2),
        lastAt: row.int(at: 3), state: row.blob(at: 4))
    }
  }

  /// The position of a server; nil when nothing of it was taken in yet.
  public func position(of server: Int64) throws -> Position? {
    try first(
      """
      SELECT p.session_id, s.connected_us, p.session_offset, p.last_us, p.state
      FROM positions p JOIN sessions s ON s.id = p.session_id WHERE p.id = ?
      """, [.integer(server)], Position.init)
  }

  /// Notes a server's position: only `seal`, which knows that the blocks reach it, and the making
  /// of a new file, which copies both.
  func set(_ position: Position, of server: Int64) throws {
    try execute(
      """
      INSERT INTO positions (id, session_id, session_offset, last_us, state) VALUES (?, ?, ?, ?, ?)
      ON CONFLICT (id) DO UPDATE SET session_id = excluded.session_id, last_us = excluded.last_us,
        session_offset = excluded.session_offset, state = excluded.state
      """
    ) {
      $0.append(server)
      $0.append(position.sessionID)
      $0.append(position.sessionOffset)
      $0.append(position.lastAt)
      $0.append(blob: position.state)
    }
  }
}
