import Display

/// The reports there are: ours, and those in a folder of the user's.
public struct Queries: Sendable {
  /// Our reports, in the order in which they are listed. A test compares them with the folder.
  static let ours: [(name: String, sql: [UInt8])] = [
    ("call-volume", PackageResources.call_volume_sql),
    ("calls", PackageResources.calls_sql),
    ("hangup-causes", PackageResources.hangup_causes_sql),
    ("transfers", PackageResources.transfers_sql),
    ("queue-summary", PackageResources.queue_summary_sql),
    ("queue-service-level", PackageResources.queue_service_level_sql),
    ("queue-abandonment", PackageResources.queue_abandonment_sql),
    ("queue-wait", PackageResources.queue_wait_sql),
    ("agent-performance", PackageResources.agent_performance_sql),
    ("registrations", PackageResources.registrations_sql),
    ("security", PackageResources.security_sql),
    ("completeness", PackageResources.completeness_sql),
  ]

  /// All of them; one of the user's stands in the place of ours with the same name.
  public let all: [Query]

  /// Our reports, and each `.sql` file in `folder`.
  ///
  /// - Throws: `ReportsError` when the folder or a file in it cannot be read.
  public init(folder: String? = nil) throws(ReportsError) {
    var all = Self.ours.map { Query(name: $0.name, sql: String(decoding: $0.sql, as: UTF8.self)) }
    if let folder {
      for file in try TextFile.names(in: folder) where file.hasSuffix(".sql") {
        let path = "\(folder)/\(file)"
        let query = Query(
          name: String(file.dropLast(".sql".count)), sql: try TextFile.read(path), path: path)
        if let place = all.firstIndex(where: { $0.name == query.name }) {
          all[place] = query
        } else {
          all.append(query)
        }
      }
    }
    self.all = all
  }

  /// The report of that name.
  ///
  /// - Throws: `ReportsError` that names the reports there are.
  public func named(_ name: String) throws(ReportsError) -> Query {
    if let query = all.first(where: { $0.name == name }) { return query }
    let names = all.map(\.name).joined(separator: ", ")
    throw ReportsError(.usage, "there is no report \(name.quoted); there are: \(names)")
  }

  /// All reports with their sentences and parameters, for a terminal.
  public var list: String { all.map(\.listed).joined() }
}

extension Query {
  /// The report with its sentence and parameters, for a terminal.
  public var listed: String {
    var text = "\(name)\n  \(sentence)"
    if let path { text += " (\(path))" }
    text += "\n"
    let width = parameters.map(\.name.count).max() ?? 0
    for parameter in parameters {
      let padding = String(repeating: " ", count: width - parameter.name.count)
      // The command line takes times as people write them.
      let help = parameter.text.replacing(", UTC microseconds", with: "")
      text += "    \(parameter.name)\(padding)  \(help)\n"
    }
    return text
  }
}

extension String {
  /// The text in quotes on one line, as error messages show what the user typed.
  var quoted: String { "\"\(VisibleText.escaped(self))\"" }
}
