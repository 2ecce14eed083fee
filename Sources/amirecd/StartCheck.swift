import Configuration
import Journal
import Store

/// What would keep amirecd from working with a configuration, looked at without changing anything.
struct StartCheck {
  /// What keeps it from recording or storing, or lets others at a secret, each in one line that
  /// says what to do.
  private(set) var faults: [String] = []
  /// What there is to know besides.
  private(set) var notes: [String] = []

  init(_ configuration: Configuration) {
    faults += configuration.exposures
    if let objection = Rights.objection(to: configuration.store) { notes.append(objection) }
    look(atStore: configuration.store)
    for server in configuration.servers {
      look(atJournal: "\(configuration.journal)/\(server.name)", of: server.name)
    }
    for path in [configuration.store, configuration.journal] { look(atDiskOf: path) }
  }

  private mutating func look(atStore path: String) {
    do {
      switch try StoreProbe.look(at: path) {
      case .missing, .good: break
      case .inUse: notes.append("\(path) is being written by a running amirecd or amirec")
      }
    } catch {
      faults.append("\(error); until then amirecd records into the journal alone")
    }
  }

  private mutating func look(atJournal folder: String, of server: String) {
    do {
      if try JournalProbe.isInUse(folder) {
        notes.append("the journal of \(server) is being written by a running amirecd")
      }
    } catch {
      faults.append("\(server) cannot be recorded: \(error)")
    }
  }

  private mutating func look(atDiskOf path: String) {
    var there = path
    while DiskRoom.free(at: there) == nil, let slash = there.lastIndex(of: "/") {
      there = slash == there.startIndex ? "/" : String(there[..<slash])
    }
    guard let free = DiskRoom.free(at: there), free < DiskRoom.bytesLeast else { return }
    faults.append("the disk of \(path) has only \(free >> 20) MiB left; make room")
  }
}
