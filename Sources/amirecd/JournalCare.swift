import Journal
import Logging
import Synchronization

/// Looks after the journals once a second, on a thread that may wait: how large they are, how far
/// the store is behind, and the file that says so to those who ask.
final class JournalCare: Sendable {
  /// One journal.
  struct Ward: Sendable {
    let name: String
    let folder: String
    let status: RecorderStatus
    let progress: IntakeProgress
  }

  private struct State {
    var lags: [String: Lag] = [:]
    /// The file, while this program is the one that writes it.
    var file: StatusFile?
    var fileTrouble: Trouble?
    var sizeTroubles: [String: Trouble] = [:]
    var readTroubles: [String: Trouble] = [:]
  }

  private let folder: String
  private let store: String
  private let log: Logger
  private let box: Mutex<State>

  /// For the folder of the journals, and the store that they go into.
  init(folder: String, store: String, log: Logger) {
    self.folder = folder
    self.store = store
    self.log = log
    box = Mutex(State())
  }

  /// Looks at the journals, writes the file, and returns what there is to say of each.
  func look(
    at wards: [Ward], _ row: CollectorRow, storeTrouble: (message: String, since: Int64)?
  ) -> [CollectorRow.Link] {
    box.withLock { state in
      let now = WallClock.monotonicMicroseconds()
      let links = wards.map { link(of: $0, at: now, &state) }
      write(row, links, storeTrouble, at: now, &state)
      return links
    }
  }

  /// Writes the file for the last time.
  func write(
    _ row: CollectorRow, _ links: [CollectorRow.Link],
    storeTrouble: (message: String, since: Int64)?
  ) {
    box.withLock { state in
      write(row, links, storeTrouble, at: WallClock.monotonicMicroseconds(), &state)
    }
  }

  private func link(of ward: Ward, at now: Int64, _ state: inout State) -> CollectorRow.Link {
    let progress = ward.progress.snapshot
    var link = CollectorRow.Link(
      name: ward.name, status: ward.status.snapshot, behindBytes: 0, behindTime: 0,
      trouble: progress.trouble)
    do {
      let size = try Segment.bytes(
        in: ward.folder, after: progress.stored ?? JournalPosition(segment: 0))
      var lag = state.lags[ward.name] ?? Lag()
      lag.note(end: size.end, stored: progress.stored, at: now)
      state.lags[ward.name] = lag
      link.behindBytes = size.ahead
      link.behindTime = size.ahead > 0 ? lag.time(at: now) : 0
      state.readTroubles[ward.name] = nil
      warn(of: size.all, ward, at: now, &state)
    } catch {
      link.trouble = link.trouble ?? "\(error)"
      state.readTroubles[ward.name] = Trouble(
        "how far the store is behind is not known: \(error)",
        after: state.readTroubles[ward.name], at: now, Logger(label: ward.name))
    }
    return link
  }

  private func warn(of bytes: Int64, _ ward: Ward, at now: Int64, _ state: inout State) {
    guard bytes > JournalRemainder.bytesWarned else {
      state.sizeTroubles[ward.name] = nil
      return
    }
    state.sizeTroubles[ward.name] = Trouble(
      "its journal has more than \(JournalRemainder.bytesWarned >> 20) MiB that the store has not "
        + "taken in; nothing of it is dropped, and it grows until the disk is full",
      after: state.sizeTroubles[ward.name], at: now, Logger(label: ward.name), level: .warning)
  }

  private func write(
    _ row: CollectorRow, _ links: [CollectorRow.Link],
    _ storeTrouble: (message: String, since: Int64)?, at now: Int64, _ state: inout State
  ) {
    var row = row
    row.writtenAt = WallClock.microseconds()
    row.set(links)
    let text = row.json(store: store, trouble: storeTrouble)
    do throws(JournalError) {
      if state.file?.isThere != true {
        state.file = nil
        state.file = try StatusFile(in: folder)
      }
      try state.file?.write(text)
      state.fileTrouble = nil
    } catch {
      state.fileTrouble = Trouble(
        "amirec status may not know how this is: \(error)", after: state.fileTrouble, at: now, log)
    }
  }
}
