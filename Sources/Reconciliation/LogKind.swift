/// The files of Asterisk's own that are read.
public enum LogKind: String, Sendable, CaseIterable {
  /// `queue_log`: what happened in queues. See QueueLogLine.swift.
  case queueLog = "queue-log"
  /// Call detail records of cdr_csv or cdr_custom. See CDRRecord.swift.
  case cdr
  /// Channel event log of cel_custom. See CELRecord.swift.
  case cel
}
