import Normalization
import Store

/// How many events of each name the blocks of each server hold.
struct ServerCensus {
  private struct Name: Hashable {
    let server: Int64
    let name: [UInt8]
  }

  /// Counted in blocks that can be read.
  private var held: [Name: Int64] = [:]
  /// Said by blocks that cannot.
  private var doubtful: [Name: Int64] = [:]
  /// Servers with blocks that do not even say what they hold.
  private var unknown: Set<Int64> = []

  mutating func add(_ events: [[UInt8]: Int64], of server: Int64) {
    for (name, count) in events { held[Name(server: server, name: name), default: 0] += count }
  }

  /// What a block that cannot be read back says of its events; nil where that cannot be read
  /// either.
  mutating func addDoubtful(_ events: [[UInt8]: Int64]?, of server: Int64) {
    guard let events else {
      unknown.insert(server)
      return
    }
    for (name, count) in events {
      doubtful[Name(server: server, name: name), default: 0] &+= count
    }
  }

  /// Which names are counted otherwise: less than blocks hold now, or more than they held `before`.
  func contradictions(
    to counts: Archive.EventCounts, before: Archive.EventCounts
  ) -> [String] {
    func table(_ counts: Archive.EventCounts) -> [Name: Int64] {
      Dictionary(
        counts.counts.map { (Name(server: $0.server, name: $0.name), $0.count) },
        uniquingKeysWith: &+)
    }
    let now = table(counts)
    let earlier = table(before)
    let names = Set(now.keys).union(held.keys).sorted {
      $0.server == $1.server
        ? $0.name.lexicographicallyPrecedes($1.name) : $0.server < $1.server
    }
    func isClosed(_ server: Int64) -> Bool {
      !before.openServers.contains(server) && !unknown.contains(server)
    }
    // Blocks have all names; tables have those beyond a ceiling under one.
    let others = Array(Ceilings.otherNames.utf8)
    var found: [String] = []
    var sums: [Int64: (counted: Int64, earlier: Int64, held: Int64)] = [:]
    for name in names {
      let (counted, before) = (now[name] ?? 0, earlier[name] ?? 0)
      let held = held[name] ?? 0
      let most = held + (doubtful[name] ?? 0)
      let sum = sums[name.server] ?? (0, 0, 0)
      sums[name.server] = (sum.counted + counted, sum.earlier + before, sum.held + held)
      let beyond = now[Name(server: name.server, name: others)]
      if beyond != nil, name.name == others { continue }
      if counted + (beyond ?? 0) < held || (isClosed(name.server) && before > most) {
        found.append(
          "server \(name.server): \(String(decoding: name.name, as: UTF8.self)) \(counted), "
            + "blocks \(held)")
      }
    }
    for (server, sum) in sums.sorted(by: { $0.key < $1.key })
    where now[Name(server: server, name: others)] != nil {
      let more = doubtful.reduce(0) { $1.key.server == server ? $0 + $1.value : $0 }
      if sum.counted < sum.held || (isClosed(server) && sum.earlier > sum.held + more) {
        found.append("server \(server): in all \(sum.counted), blocks \(sum.held)")
      }
    }
    return found
  }
}
