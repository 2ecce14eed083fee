import SQLite

/// The migrations in `schema/`, in their order. They are part of the program.
public enum Schema {
  /// `PRAGMA application_id` of a store: "amir".
  public static let applicationID: Int64 = 0x616D_6972

  /// One file of `schema/`: its number is the store's `user_version` once it has run.
  public struct Migration: Sendable {
    public let number: Int64
    public let name: String
    public let sql: String
  }

  /// All migrations. A test compares the list with the folder.
  public static let migrations = [
    Migration(
      number: 1, name: "0001-core.sql",
      sql: String(decoding: PackageResources._001_core_sql, as: UTF8.self)),
    Migration(
      number: 2, name: "0002-queues.sql",
      sql: String(decoding: PackageResources._002_queues_sql, as: UTF8.self)),
    Migration(
      number: 3, name: "0003-call-features.sql",
      sql: String(decoding: PackageResources._003_call_features_sql, as: UTF8.self)),
    Migration(
      number: 4, name: "0004-devices.sql",
      sql: String(decoding: PackageResources._004_devices_sql, as: UTF8.self)),
    Migration(
      number: 5, name: "0005-queue-samples.sql",
      sql: String(decoding: PackageResources._005_queue_samples_sql, as: UTF8.self)),
    Migration(
      number: 6, name: "0006-actions.sql",
      sql: String(decoding: PackageResources._006_actions_sql, as: UTF8.self)),
    Migration(
      number: 7, name: "0007-dialplan.sql",
      sql: String(decoding: PackageResources._007_dialplan_sql, as: UTF8.self)),
    Migration(
      number: 8, name: "0008-fills.sql",
      sql: String(decoding: PackageResources._008_fills_sql, as: UTF8.self)),
    Migration(
      number: 9, name: "0009-recorder.sql",
      sql: String(decoding: PackageResources._009_recorder_sql, as: UTF8.self)),
  ]

  /// The `user_version` of a store that this program writes.
  public static var version: Int64 { migrations.last!.number }

  /// The oldest `user_version` that can be brought up to `version`: before it, columns were still
  /// added to tables that were there.
  static let oldest: Int64 = 8

  /// The tables of what was recorded or told: rebuild keeps their rows. All others are derived from
  /// `blocks`, or filled by the migrations. A test compares the list with the tables' comments.
  public static let recordedTables = [
    "servers", "sessions", "gaps", "clock_steps", "blocks", "log_blocks", "actions", "collector",
  ]

  /// Brings a store, or an empty file, up to `version` in one transaction.
  ///
  /// - Throws: `StoreError` for one that only a rebuild brings up to date; `SQLiteError`.
  static func migrate(_ connection: borrowing Connection, path: String) throws {
    let found = try Self.found(in: connection, path: path)
    guard found < version else { return }
    guard found == 0 || found >= oldest else { throw StoreError.older(path) }
    try connection.execute("BEGIN IMMEDIATE")
    do {
      for migration in migrations where migration.number > found {
        try connection.execute(migration.sql)
      }
      try connection.execute("PRAGMA application_id = \(applicationID)")
      try connection.execute("PRAGMA user_version = \(version)")
      try connection.execute("COMMIT")
    } catch {
      try? connection.execute("ROLLBACK")
      throw error
    }
  }

  /// The version of the store in this file; 0 for an empty one.
  ///
  /// - Throws: `StoreError` for another program's file, a later store, and one whose list of tables
  ///   is damaged; `SQLiteError`.
  static func found(in connection: borrowing Connection, path: String) throws -> Int64 {
    let application: Int64
    let found: Int64
    let tables: Int64
    do {
      application = try integer(connection, "PRAGMA application_id")
      found = try integer(connection, "PRAGMA user_version")
      tables = try integer(connection, "SELECT count(*) FROM sqlite_schema")
    } catch let error as SQLiteError where error.isDamage && error.primaryCode != 26 {
      throw StoreError.unfindable(path, error)
    }
    if tables == 0, application == 0 { return 0 }
    guard application == applicationID else {
      throw StoreError(.notAStore, path, "is a database of another program; name a store of amirec")
    }
    guard found <= version else {
      throw StoreError(
        .newer, path,
        "was written by a later amirec (schema \(found), this one knows \(version)); update amirec")
    }
    return found
  }

  private static func integer(_ connection: borrowing Connection, _ sql: String) throws -> Int64 {
    let statement = try connection.prepare(sql)
    return try statement.step() ? statement.int(at: 0) : 0
  }
}
