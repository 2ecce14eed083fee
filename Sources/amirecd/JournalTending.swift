import Journal
import Logging
import NIOPosix

/// What is done for the journals that are written, once a second, on threads that may wait: the
/// disk catches up with them, and files that are not at their paths are written anew.
struct JournalTending {
  private var syncs: [String: JournalSync] = [:]
  private var unsynced: [String: Trouble] = [:]
  private var misplaced: [String: Trouble] = [:]

  /// Tends the journals of some servers, by their names.
  mutating func tend(_ inlets: [(name: String, inlet: Inlet)]) async {
    for (name, inlet) in inlets {
      await sync(name, inlet)
      await look(at: name, inlet)
    }
  }

  private mutating func sync(_ name: String, _ inlet: Inlet) async {
    var journal = syncs[name] ?? JournalSync(folder: inlet.folder)
    do {
      journal = try await NIOThreadPool.singleton.runIfActive { [journal] in
        var journal = journal
        try journal.sync()
        return journal
      }
      unsynced[name] = nil
    } catch {
      unsynced[name] = Trouble(
        "what comes may not survive a power cut: \(error)", after: unsynced[name],
        at: WallClock.monotonicMicroseconds(), Logger(label: name))
    }
    syncs[name] = journal
  }

  private mutating func look(at name: String, _ inlet: Inlet) async {
    let log = Logger(label: name)
    do {
      if let words = try await JournalWatch.look(at: inlet) { log.error("\(words)") }
      misplaced[name] = nil
    } catch {
      misplaced[name] = Trouble(
        "the journal is not at its path, and cannot be made there: \(error)",
        after: misplaced[name], at: WallClock.monotonicMicroseconds(), log)
    }
  }
}
