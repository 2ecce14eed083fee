import Ingest
import Normalization

/// What an import of one recording came to.
struct ImportSummary {
  let file: String
  let server: String
  let progress: Ingest.Progress
  /// Why not all of the recording could be read; nil when it could.
  let cutReason: String?
  /// Of what there was more than is held.
  let reachedCeilings: [String]
  let seconds: Double

  private var isKnown: Bool { progress.sessions == 0 && progress.bytes == 0 }

  static func text(_ summaries: [ImportSummary]) -> String {
    summaries.map { $0.text + "\n" }.joined()
  }

  private var text: String {
    if isKnown { return "\(file): already in the store, nothing added" + incompleteness }
    var line =
      "\(file): server \(server), \(progress.sessions) session\(progress.sessions == 1 ? "" : "s"), "
      + "\(progress.bytes) bytes, \(progress.events) events in \(Self.tenths(seconds)) s"
    if progress.knownSessions > 0 {
      let sessions = progress.knownSessions == 1 ? "session was" : "sessions were"
      line += "; \(progress.knownSessions) \(sessions) in the store already"
    }
    if progress.cutFrames > 0 {
      let messages = progress.cutFrames == 1 ? "message was" : "messages were"
      line += "; \(progress.cutFrames) \(messages) cut"
    }
    if progress.skippedFrames > 0 {
      let messages = progress.skippedFrames == 1 ? "message" : "messages"
      line +=
        "; \(progress.skippedFrames) \(messages) that ended the program twice: in the archive, "
        + "in no table; a later version may read them: amirec rebuild --retry-skipped"
    }
    if !reachedCeilings.isEmpty {
      line +=
        "; it tells of more than is held at a time: \(reachedCeilings.joined(separator: ", ")) "
        + "(see the table limits)"
    }
    return line + incompleteness
  }

  /// Whether something of the recording is not in the store.
  var isIncomplete: Bool {
    cutReason != nil || progress.missingBytes > 0 || progress.skippedFrames > 0
  }

  private var incompleteness: String {
    var text = cutReason.map { "; incomplete: \($0)" } ?? ""
    if progress.missingBytes > 0 {
      text +=
        "; \(progress.missingBytes) bytes of it are not there, because what was imported before was "
        + "cut: import the whole recording into a new store"
    }
    return text
  }

  /// `{"files": [{"file", "server", "sessions", "known_sessions", "bytes", "frames", "events",
  /// "missing_bytes", "cut_frames", "skipped_frames", "cut", "limits", "seconds"}]}`
  static func json(_ summaries: [ImportSummary]) -> String {
    let entries = summaries.map { summary in
      let progress = summary.progress
      let limits = summary.reachedCeilings.map { JSONText.quoted($0) }
      return
        "{\"file\":\(JSONText.quoted(summary.file)),\"server\":\(JSONText.quoted(summary.server)),"
        + "\"sessions\":\(progress.sessions),\"known_sessions\":\(progress.knownSessions),"
        + "\"bytes\":\(progress.bytes),\"frames\":\(progress.frames),\"events\":\(progress.events),"
        + "\"missing_bytes\":\(progress.missingBytes),\"cut_frames\":\(progress.cutFrames),"
        + "\"skipped_frames\":\(progress.skippedFrames),"
        + "\"cut\":\(summary.cutReason.map { JSONText.quoted($0) } ?? "null"),"
        + "\"limits\":[\(limits.joined(separator: ","))],"
        + "\"seconds\":\(tenths(summary.seconds))}"
    }
    return "{\"files\":[\(entries.joined(separator: ","))]}\n"
  }

  private static func tenths(_ seconds: Double) -> String {
    let tenths = Int((seconds * 10).rounded())
    return "\(tenths / 10).\(tenths % 10)"
  }
}
