import Normalization

/// The row of `collector`: what amirecd is doing, for `amirec status`.
struct CollectorRow: Row {
  static let table = "collector"
  static let columns = [
    "id", "version", "pid", "started_us", "written_us", "stopped_us", "servers",
  ]

  /// What is said of one server, as an object of the column `servers`.
  struct Link: Sendable {
    let name: String
    let status: RecorderStatus.Snapshot
    /// Bytes received that the store does not hold yet.
    let behindBytes: Int64
    /// How long ago the first of these came, in microseconds.
    let behindTime: Int64

    var json: String {
      let connected = status.connectedAt.map { "\($0)" } ?? "null"
      let error = status.lastError.map(JSONText.quoted) ?? "null"
      return "{\"name\":\(JSONText.quoted(name)),\"state\":\(JSONText.quoted(status.state)),"
        + "\"connected_us\":\(connected),\"behind_bytes\":\(behindBytes),"
        + "\"behind_us\":\(behindTime),\"error\":\(error)}"
    }
  }

  private var id: Int64 = 1
  private var version: String
  private var pid: Int64
  private var startedAt: Int64
  /// Microseconds since 1970.
  var writtenAt: Int64 = 0
  /// When amirecd ended in order.
  var stoppedAt: Int64?
  private var servers = "[]"

  init(version: String, pid: Int64, startedAt: Int64) {
    self.version = version
    self.pid = pid
    self.startedAt = startedAt
  }

  mutating func set(_ links: [Link]) {
    servers = "[" + links.map(\.json).joined(separator: ",") + "]"
  }

  mutating func visit(_ visitor: inout some FieldVisitor) {
    visitor.visit(&id)
    visitor.visit(&version)
    visitor.visit(&pid)
    visitor.visit(&startedAt)
    visitor.visit(&writtenAt)
    visitor.visit(&stoppedAt)
    visitor.visit(&servers)
  }
}
