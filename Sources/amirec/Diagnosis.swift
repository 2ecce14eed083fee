import Display
import Normalization
import Reports

/// All that `amirec doctor` found, to be printed.
///
/// As JSON it is one object:
///
/// | key | value |
/// |---|---|
/// | `servers` | array: `name`, `host`, `port`, `reached` (true, false), `checks`, and `manager_conf`: lines, null where nothing is to be mended there |
/// | `machine` | array of checks: what is not about one server |
/// | `warnings`, `missing`, `exposed` | how many checks say so |
///
/// A check has `check`, `status` (ok, warning, missing, exposed), `finding`, and `fix`: `file` and
/// `lines`, or null.
struct Diagnosis {
  /// What was found out about one server.
  struct Patient {
    let name: String
    let host: String
    let port: Int
    let isReached: Bool
    let checks: [Check]
    let section: ManagerSection

    /// The section, where `manager.conf` is what to mend.
    var managerLines: [String]? {
      checks.contains { $0.remedy?.file == "manager.conf" } ? section.lines : nil
    }
  }

  var patients: [Patient] = []
  var machine: [Check] = []

  private var checks: [Check] { patients.flatMap(\.checks) + machine }

  private func count(_ verdict: Check.Verdict) -> Int { checks.count { $0.verdict == verdict } }

  /// The exit code: 3 when a server could not be visited, 1 when something is missing or
  /// exposed, else 0.
  var exitCode: Int32 {
    if patients.contains(where: { !$0.isReached }) { return Failure.input }
    return count(.missing) + count(.exposed) > 0 ? Failure.wanting : 0
  }

  // MARK: Text

  /// What is printed for people.
  var text: String {
    var lines: [String] = []
    for patient in patients {
      lines += ["\(patient.name), \(patient.host):\(patient.port)", ""]
      lines += patient.checks.flatMap { check in
        // Below stands the whole section.
        Self.lines(check, showsRemedy: check.remedy?.lines != patient.managerLines)
      }
      if let section = patient.managerLines {
        lines += ["", "What manager.conf of \(patient.name) should hold:", ""] + section
        lines += ["", "After that: asterisk -rx 'manager reload'"]
      }
      lines.append("")
    }
    if !machine.isEmpty {
      lines += ["this machine", ""] + machine.flatMap { Self.lines($0) } + [""]
    }
    lines.append(
      "\(count(.ok)) ok, \(count(.warning)) warnings, \(count(.missing)) missing"
        + (count(.exposed) > 0 ? ", \(count(.exposed)) exposed" : ""))
    return lines.map(VisibleText.escaped).joined(separator: "\n") + "\n"
  }

  private static let statusWidth = 9
  private static let nameWidth = 17

  private static func lines(_ check: Check, showsRemedy: Bool = true) -> [String] {
    var lines = [
      padded(check.verdict.rawValue, statusWidth) + padded(check.name, nameWidth) + check.finding
    ]
    if let remedy = check.remedy, showsRemedy {
      let indent = String(repeating: " ", count: statusWidth + nameWidth)
      lines.append("\(indent)\(remedy.file):")
      lines += remedy.lines.map { "\(indent)  \($0)" }
    }
    return lines
  }

  private static func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(1, width - text.count))
  }

  // MARK: JSON

  /// What is printed for programs.
  var json: String {
    let servers = patients.map { patient in
      let section = patient.managerLines.map(Self.array) ?? "null"
      return "{\"name\":\(JSONText.quoted(patient.name)),\"host\":\(JSONText.quoted(patient.host)),"
        + "\"port\":\(patient.port),\"reached\":\(patient.isReached),"
        + "\"checks\":\(Self.array(patient.checks)),\"manager_conf\":\(section)}"
    }
    return "{\"servers\":[\(servers.joined(separator: ",\n"))],\n"
      + "\"machine\":\(Self.array(machine)),\n"
      + "\"warnings\":\(count(.warning)),\"missing\":\(count(.missing)),"
      + "\"exposed\":\(count(.exposed))}\n"
  }

  private static func array(_ checks: [Check]) -> String {
    let objects = checks.map { check in
      let fix =
        check.remedy.map { "{\"file\":\(JSONText.quoted($0.file)),\"lines\":\(array($0.lines))}" }
        ?? "null"
      return "{\"check\":\(JSONText.quoted(check.name)),\"status\":\"\(check.verdict.rawValue)\","
        + "\"finding\":\(JSONText.quoted(check.finding)),\"fix\":\(fix)}"
    }
    return "[\(objects.joined(separator: ",\n"))]"
  }

  private static func array(_ lines: [String]) -> String {
    "[\(lines.map(JSONText.quoted).joined(separator: ","))]"
  }
}
