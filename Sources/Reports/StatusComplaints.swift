extension Status {
  /// What is wrong, each in one line; nothing where all that should be recorded is, and the store
  /// has it, and nothing for a store of imports.
  public var complaints: [String] {
    collectorComplaints + storeComplaints + journalComplaints + diskComplaints + skippedComplaints
      + limitComplaints
  }

  private static func microseconds(_ seconds: Int64) -> Int64 { seconds * 1_000_000 }

  // MARK: The collector

  private var collectorComplaints: [String] {
    guard let collector else {
      return circumstances.configured.isEmpty
        ? [] : ["no collector has ever run with this configuration: systemctl start amirecd"]
    }
    if let stopped = collector.stoppedUs {
      return [
        "the collector was stopped in order \((nowUs - stopped).roundedSeconds) s ago, and nothing "
          + "is recorded; systemctl start amirecd"
      ]
    }
    let silence = nowUs - collector.writtenUs
    if silence > Self.microseconds(Self.lagSecondsMax) {
      return [
        "the collector is gone: it last wrote \(silence.roundedSeconds) s ago; "
          + "see systemctl status amirecd"
      ]
    }
    let links = collector.servers
    let unknown = circumstances.configured.filter { name in !links.contains { $0.name == name } }
    return unknown.map {
      "server \($0) is not recorded: the collector does not know it; systemctl reload amirecd"
    } + links.compactMap(Self.complaint) + Self.exposures(of: links)
      + (links.isEmpty ? ["the collector has not begun to record any server"] : [])
  }

  /// What lets others at the secrets, each once.
  private static func exposures(of links: [CollectorReport.Link]) -> [String] {
    var all: [String] = []
    for exposure in links.compactMap(\.exposure) where !all.contains(exposure) {
      all.append(exposure)
    }
    return all
  }

  /// What is wrong with the recording of a server.
  private static func complaint(of link: CollectorReport.Link) -> String? {
    if link.state != "connected", link.state != "retired" {
      let reason = link.error.map { " (\($0))" } ?? ""
      return "server \(link.name) is not recorded: \(link.state)\(reason)"
    }
    if let trouble = link.trouble {
      return "server \(link.name) is not brought into the store, \(link.behindBytes) bytes behind: "
        + trouble
    }
    guard link.behindUs > microseconds(lagSecondsMax) else { return nil }
    return "server \(link.name) is \(link.behindUs.roundedSeconds) s behind "
      + "(\(link.behindBytes) bytes): is the disk slow or full?"
  }

  // MARK: The store

  private var storeComplaints: [String] {
    var complaints: [String] = []
    if let failure = circumstances.storeFailure { complaints.append(failure) }
    if let trouble = collector?.storeTrouble {
      let since = collector?.storeTroubleUs.map { " for \((nowUs - $0).roundedSeconds) s" } ?? ""
      complaints.append("the store is not written\(since): \(trouble)")
    }
    if circumstances.walBytes > Self.walBytesMax {
      complaints.append(
        "the store's WAL has \(circumstances.walBytes >> 20) MiB, because a reader keeps it from "
          + "being emptied; end the long transaction (sqlite3, Datasette …)")
    }
    return complaints
  }

  private var skippedComplaints: [String] {
    holdings?.skipped.map {
      "\($0.messages) messages of server \($0.server) (\($0.bytes) bytes) ended the program, and are "
        + "kept but not read; report them, and with a later version run amirec rebuild "
        + "--retry-skipped"
    } ?? []
  }

  private var limitComplaints: [String] {
    holdings?.limits.map {
      "more went on at server \($0.server) in the last 24 hours than is held at a time (\($0.kinds)): "
        + "\($0.count) were closed before their end; see the table limits"
    } ?? []
  }

  // MARK: The journal

  private var journalComplaints: [String] {
    guard let journal = circumstances.journal else { return [] }
    // What a collector is doing about it, it says itself; of one that is gone the files tell.
    let isGone = collector.map {
      $0.stoppedUs != nil || nowUs - $0.writtenUs > Self.microseconds(Self.lagSecondsMax)
    }
    let limit = isGone ?? true ? 0 : Self.microseconds(Self.archiveLagSecondsMax)
    return journal.failures
      + journal.servers.compactMap { server in
        guard server.lackingBytes > 0 else { return nil }
        let age = nowUs - (server.lackingSinceUs ?? 0)
        guard age > limit else { return nil }
        return "the store lacks \(server.lackingBytes) bytes of server \(server.name) that are in "
          + "the journal, the first of them \(age.roundedSeconds) s old"
      }
      + journal.servers.filter { $0.bytes > Self.journalBytesMax }.map {
        "the journal of server \($0.name) has \($0.bytes >> 20) MiB, because the store does not take "
          + "it in; nothing of it is dropped"
      }
  }

  private var diskComplaints: [String] {
    circumstances.free.filter { $0.bytes < Self.freeBytesLeast }.map {
      "the disk of \($0.path) has only \($0.bytes >> 20) MiB left; make room"
    }
  }
}
