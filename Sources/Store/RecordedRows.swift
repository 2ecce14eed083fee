import SQLite

// What was recorded goes from the old file to the new one row by row, past what is damaged. It is
// read by the old file's own connection: the new file keeps no journal, so that a statement which
// failed half way could not be taken back.

extension Replacement {
  func recordedTables() throws -> [String] {
    try names(
      """
      SELECT name FROM main.sqlite_schema JOIN old.sqlite_schema USING (type, name)
      WHERE type = 'table'
      """
    ).filter(Schema.recordedTables.contains)
  }

  /// The columns of a table that both files have, but for computed ones, quoted.
  func commonColumns(_ table: String) throws -> [String] {
    try names(
      """
      SELECT '"' || name || '"' FROM pragma_table_xinfo('\(table)', 'main') AS n
      JOIN pragma_table_xinfo('\(table)', 'old') AS o USING (name, hidden)
      WHERE hidden = 0 ORDER BY n.cid
      """)
  }

  /// Copies the rows of a table, by the columns that both files have, unless rows with their ids
  /// are there. Columns that only the new one has get their defaults.
  func copy(_ table: String) throws {
    let columns = try commonColumns(table)
    let insertion = try self.insertion(table, columns)
    var isWhole = true
    let isRead = try Salvage.read(table, columns, of: old) {
      if try !Self.insert($0, columns.count, insertion) { isWhole = false }
    }
    if !isRead || !isWhole { lose("\(table): rows that cannot be read are left out") }
  }

  /// Copies the rows of a table of the user's, which may have no ids.
  private func copyAsItIs(_ table: String) throws {
    let columns = try commonColumns(table)
    let insertion = try self.insertion(table, columns)
    do throws(SQLiteError) {
      let statement = try old.prepare(
        "SELECT \(columns.joined(separator: ", ")) FROM \"\(table)\"")
      while try statement.step() { _ = try Self.insert(statement, columns.count, insertion) }
    } catch {
      guard error.isDamage else { throw error }
      lose("\(table): rows from the first that cannot be read on are left out")
    }
  }

  private func insertion(_ table: String, _ columns: [String]) throws(SQLiteError) -> Statement {
    let places = columns.map { _ in "?" }.joined(separator: ", ")
    return try store.connection.prepare(
      "INSERT OR IGNORE INTO main.\"\(table)\" (\(columns.joined(separator: ", "))) VALUES (\(places))"
    )
  }

  /// Inserts the current row of `source`; false where the table does not take it: it is no row of
  /// such a table, but what a damaged page looks like.
  private static func insert(
    _ source: borrowing Statement, _ count: Int, _ insertion: borrowing Statement
  ) throws(SQLiteError) -> Bool {
    for column in 0..<count { insertion.bind(source.value(at: column), at: column + 1) }
    do throws(SQLiteError) {
      try insertion.run()
      return true
    } catch {
      let constraint: Int32 = 19
      guard error.primaryCode == constraint else { throw error }
      return false
    }
  }

  // MARK: Blocks

  /// Copies a block as it is.
  ///
  /// - Returns: false when its row cannot be read.
  public func copyBlock(_ id: Int64) throws -> Bool {
    try store.run {
      let columns = try commonColumns("blocks")
      let list = columns.joined(separator: ", ")
      do throws(SQLiteError) {
        let statement = try old.prepare("SELECT \(list) FROM blocks NOT INDEXED WHERE id = ?")
        statement.bind(id, at: 1)
        guard try statement.step() else { return false }
        return try Self.insert(statement, columns.count, try insertion("blocks", columns))
      } catch {
        guard error.isDamage else { throw error }
        return false
      }
    }
  }

  /// Copies blocks that have no place in the stream, as their rows are damaged.
  public func copyMisplacedBlocks() throws {
    try store.begin()
    for place in map.misplaced {
      _ = try copyBlock(place.id)
      lose("block \(place.id): its row says a place that it cannot have; it is kept, and not read")
    }
    for table in map.damagedTables { lose("\(table): rows that cannot be read are left out") }
    try store.commit()
  }

  /// An id that no block has, for one that is lost after the one with this id.
  public func lostBlockID(after id: Int64) -> Int64 {
    let taken = Set(map.sessions.flatMap { $0.blocks.map(\.id) } + map.misplaced.map(\.id))
    var id = id + 1
    while taken.contains(id) || lostIDs.contains(id) { id += 1 }
    lostIDs.insert(id)
    return id
  }

  /// Adds a block that says only where bytes were that are lost: the stream's other bytes keep
  /// their places, and every rebuild finds the same.
  public func addLostBlock(
    _ id: Int64, ofSession session: Int64, bytes: Range<Int64>, firstAt: Int64, lastAt: Int64,
    frames: Int64
  ) throws {
    try store.execute(
      """
      INSERT INTO blocks (id, server_id, session_id, session_offset, size, codec, crc32, first_us,
        last_us, frames, event_names, chunks, bytes)
      VALUES (?, ?, ?, ?, ?, 'lost', 0, ?, ?, ?, '{}', x'', x'')
      """
    ) {
      $0.append(id)
      $0.append(id >> 40)
      $0.append(session)
      $0.append(bytes.lowerBound)
      $0.append(bytes.upperBound - bytes.lowerBound)
      $0.append(firstAt)
      $0.append(lastAt)
      $0.append(frames)
    }
  }

  // MARK: Missing rows

  /// Blocks of which no row says whose they are get rows of servers and sessions, so that what they
  /// hold is not lost.
  func addMissingRows() throws {
    for session in map.sessions where !session.blocks.isEmpty {
      let server = session.id >> 40
      if try store.integer("SELECT 1 FROM servers WHERE id = ?", .integer(server)) == nil {
        try store.execute("INSERT OR IGNORE INTO servers (id, name) VALUES (?, 'server-' || ?)") {
          $0.append(server)
          $0.append(server)
        }
        lose(
          "servers: the row of server \(server) cannot be read; it is called server-\(server) now "
            + "(UPDATE servers SET name = … gives it its name again)")
      }
      if session.row == nil { try addSession(session, of: server) }
    }
  }

  private func addSession(_ session: ArchiveMap.Session, of server: Int64) throws {
    let blocks = session.blocks
    // Whatever recorded the others recorded it.
    let isLive = try store.integer(
      "SELECT source = 'live' FROM sessions WHERE server_id = ? ORDER BY abs(id - ?) LIMIT 1",
      .integer(server), .integer(session.id))
    var row = SessionRow(
      id: session.id, serverID: server, connectedAt: blocks[0].firstAt,
      source: isLive == 1 ? "live" : "import", sourceName: nil, timeSource: "received")
    row.endedAt = max(row.connectedAt, blocks.last!.lastAt)
    row.endReason = "cut"
    row.bytes = blocks.last!.bytes.upperBound
    row.frames = blocks.reduce(0) { $0 &+ max(0, $1.frames) }
    try store.write(&row)
    lose(
      "sessions: the row of session \(session.id) cannot be read; its times are those of its blocks now"
    )
  }

  // MARK: Tables of the user's

  /// Tables, views, indexes and triggers that somebody added to the store stay in it.
  func copyWhatIsTheUsers() throws {
    let statement = try store.connection.prepare(
      """
      SELECT o.type, o.name, o.sql FROM old.sqlite_schema o
      LEFT JOIN main.sqlite_schema n USING (type, name)
      WHERE n.name IS NULL AND o.sql IS NOT NULL
        AND o.name NOT LIKE 'sqlite^_%' ESCAPE '^'
      ORDER BY o.type <> 'table', o.rowid
      """)
    var found: [(type: String, name: String, sql: String)] = []
    while try statement.step() {
      found.append(
        (statement.text(at: 0) ?? "", statement.text(at: 1) ?? "", statement.text(at: 2) ?? ""))
    }
    for item in found {
      // An index of a column that is gone has no place any more.
      guard (try? store.connection.execute(item.sql)) != nil else { continue }
      if item.type == "table" { try copyAsItIs(item.name) }
    }
  }
}
