import Normalization

/// The row of `collector`: what amirecd is doing, for `amirec status`.
struct CollectorRow: Row {
  static let table = "collector"
  static let columns = [
    "id", "version", "pid", "started_us", "written_us", "stopped_us", "servers", "journal",
  ]

  /// What is said of one server, as an object of the column `servers`.
  struct Link: Sendable {
    let name: String
    let status: RecorderStatus.Snapshot
    /// Bytes received that the store does not hold yet.
    var behindBytes: Int64
    /// How long the first of these has waited, in microseconds.
    var behindTime: Int64
    /// What keeps the journal from being brought into the store.
    var trouble: String?

    var json: String {
      let connected = status.connectedAt.map { "\($0)" } ?? "null"
      return "{\"name\":\(JSONText.quoted(name)),\"state\":\(JSONText.quoted(status.state)),"
        + "\"connected_us\":\(connected),\"behind_bytes\":\(behindBytes),"
        + "\"behind_us\":\(behindTime),\"error\":\(JSONText.quoted(status.lastError)),"
        + "\"trouble\":\(JSONText.quoted(trouble)),"
        + "\"exposure\":\(JSONText.quoted(status.exposure))}"
    }
  }

  private var id: Int64 = 1
  private(set) var version: String
  private(set) var pid: Int64
  private(set) var startedAt: Int64
  /// Microseconds since 1970.
  var writtenAt: Int64 = 0
  /// When amirecd ended in order.
  var stoppedAt: Int64?
  private(set) var servers = "[]"
  /// The folder of the journals.
  private(set) var journal: String

  init(version: String, pid: Int64, startedAt: Int64, journal: String) {
    self.version = version
    self.pid = pid
    self.startedAt = startedAt
    self.journal = journal
  }

  mutating func set(_ links: [Link]) {
    servers = "[" + links.map(\.json).joined(separator: ",") + "]"
  }

  /// The row as a JSON object, for the file that says the same where the store cannot be written;
  /// with the store's path, and what keeps it from being written since when.
  func json(store: String, trouble: (message: String, since: Int64)?) -> String {
    "{\"version\":\(JSONText.quoted(version)),\"pid\":\(pid),\"started_us\":\(startedAt),"
      + "\"written_us\":\(writtenAt),\"stopped_us\":\(stoppedAt.map { "\($0)" } ?? "null"),"
      + "\"journal\":\(JSONText.quoted(journal)),\"store\":\(JSONText.quoted(store)),"
      + "\"store_trouble\":\(JSONText.quoted(trouble?.message)),"
      + "\"store_trouble_us\":\(trouble.map { "\($0.since)" } ?? "null"),"
      + "\"servers\":\(servers)}\n"
  }

  mutating func visit(_ visitor: inout some FieldVisitor) {
    visitor.visit(&id)
    visitor.visit(&version)
    visitor.visit(&pid)
    visitor.visit(&startedAt)
    visitor.visit(&writtenAt)
    visitor.visit(&stoppedAt)
    visitor.visit(&servers)
    visitor.visit(&journal)
  }
}

extension JSONText {
  /// A text, or null.
  fileprivate static func quoted(_ text: String?) -> String { text.map { quoted($0) } ?? "null" }
}
