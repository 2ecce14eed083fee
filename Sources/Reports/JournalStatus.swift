/// What was found in the folder of a collector's journals.
public struct JournalStatus: Sendable {
  /// The journal of one server.
  public struct Server: Sendable {
    let name: String
    let bytes: Int64
    let lackingBytes: Int64
    let lackingSinceUs: Int64?

    /// A journal of `bytes`; the store lacks `lackingBytes` of them, the first of which came at
    /// `lackingSinceUs` (UTC microseconds).
    public init(name: String, bytes: Int64, lackingBytes: Int64, lackingSinceUs: Int64?) {
      self.name = name
      self.bytes = bytes
      self.lackingBytes = lackingBytes
      self.lackingSinceUs = lackingSinceUs
    }
  }

  /// The folder.
  public let path: String
  /// What the collector says in its file there; nil when there is none.
  public var report: CollectorReport?
  /// The journals.
  public var servers: [Server] = []
  /// What could not be read there, each in one line.
  public var failures: [String] = []

  /// Nothing known of a folder yet.
  public init(path: String) { self.path = path }
}
