import SQLite

/// What a collector says of itself, once a second: in the row of `collector`, and in the file
/// `status.json` beside its journals, which does not depend on the store.
///
/// Both are one JSON object, or are read as one:
///
/// | key | value |
/// |---|---|
/// | `version`, `pid` | of amirecd |
/// | `started_us`, `written_us` | when it began, and when it said this; UTC microseconds |
/// | `stopped_us` | when it ended in order; null while it works |
/// | `store`, `journal` | the paths of its store (only in the file) and of the folder of its journals |
/// | `store_trouble`, `store_trouble_us` | what keeps the store from being written, since when; null |
/// | `servers` | an array of objects, one for each server |
///
/// An object of `servers`:
///
/// | key | value |
/// |---|---|
/// | `name` | the server's name |
/// | `state` | `connected` once logged in; `retired`: not in the configuration any more; any other word says what it does instead |
/// | `connected_us` | since when, UTC microseconds; null while not connected |
/// | `behind_bytes` | bytes received that the store does not hold yet |
/// | `behind_us` | how long the first of these has waited, in microseconds; 0 when there are none |
/// | `error` | the last failure in one line; null when there was none |
/// | `trouble` | what keeps its journal from being brought into the store; null |
/// | `exposure` | what lets other users of the machine at the secrets; null |
public struct CollectorReport: Sendable {
  /// The collector's connection to one server.
  struct Link {
    let name: String
    let state: String
    let connectedUs: Int64?
    let behindBytes: Int64
    let behindUs: Int64
    let error: String?
    let trouble: String?
    let exposure: String?
  }

  let version: String
  let pid: Int64
  let startedUs: Int64
  let writtenUs: Int64
  let stoppedUs: Int64?
  /// The path of its store; nil where the store says it.
  public let store: String?
  /// The folder of its journals; nil where an older amirecd wrote the row.
  public let journal: String?
  let storeTrouble: String?
  let storeTroubleUs: Int64?
  let servers: [Link]

  /// Reads the text of the file.
  ///
  /// - Throws: `ReportsError` when it is no such text.
  public init(json: String) throws(ReportsError) {
    do throws(SQLiteError) {
      // SQLite reads JSON; nothing is stored.
      let connection = try Connection(path: ":memory:", mode: .create)
      try self.init(json: json, with: connection)
    } catch {
      throw ReportsError(.input, "the collector's status file cannot be read: \(error.message)")
    }
  }

  /// Reads the row of a store; nil when it has none.
  init?(of store: borrowing StoreFile) throws(SQLiteError) {
    let row = try store.connection.prepare(
      """
      SELECT
        json_object(
          'version', version, 'pid', pid, 'started_us', started_us, 'written_us', written_us,
          'stopped_us', stopped_us, 'journal', journal, 'servers', json(servers))
      FROM collector
      """)
    guard try row.step(), let json = row.text(at: 0) else { return nil }
    try self.init(json: json, with: store.connection)
  }

  private init(json: String, with connection: borrowing Connection) throws(SQLiteError) {
    let object = try connection.prepare(
      """
      SELECT
        :json ->> 'version', :json ->> 'pid', :json ->> 'started_us', :json ->> 'written_us',
        :json ->> 'stopped_us', :json ->> 'store', :json ->> 'journal', :json ->> 'store_trouble',
        :json ->> 'store_trouble_us'
      """)
    object.bind(.text(json), named: ":json")
    _ = try object.step()
    version = object.text(at: 0) ?? ""
    pid = object.int(at: 1)
    startedUs = object.int(at: 2)
    writtenUs = object.int(at: 3)
    stoppedUs = object.optionalInt(at: 4)
    store = object.text(at: 5)
    journal = object.text(at: 6)
    storeTrouble = object.text(at: 7)
    storeTroubleUs = object.optionalInt(at: 8)
    let each = try connection.prepare(
      """
      SELECT
        value ->> 'name', value ->> 'state', value ->> 'connected_us', value ->> 'behind_bytes',
        value ->> 'behind_us', value ->> 'error', value ->> 'trouble',
        value ->> 'exposure'
      FROM json_each(:json, '$.servers')
      """)
    each.bind(.text(json), named: ":json")
    var links: [Link] = []
    while try each.step() {
      links.append(
        Link(
          name: each.text(at: 0) ?? "", state: each.text(at: 1) ?? "unknown",
          connectedUs: each.optionalInt(at: 2), behindBytes: each.int(at: 3),
          behindUs: each.int(at: 4), error: each.text(at: 5), trouble: each.text(at: 6),
          exposure: each.text(at: 7)))
    }
    servers = links
  }
}
