import ArgumentParser
import Normalization

/// How tables are filled, where that is the user's choice. What is not given stays as it was the
/// last time.
struct FillingOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Bulky tables to fill as well, separated by commas: cels, dialplan_steps, variables. Default: those of last time.",
      valueName: "names"))
  var tables: String?

  @Option(
    help: ArgumentHelp(
      "The server's trunks, separated by commas, such as PJSIP/trunk1: they tell the direction of calls. Default: those of last time.",
      valueName: "names"))
  var trunks: String?

  enum Digits: String, ExpressibleByArgument, CaseIterable { case masked, clear }

  @Option(help: "Whether the table dtmf shows which keys were pressed. Default: as last time.")
  var dtmf: Digits?

  /// What to change of the options of last time.
  ///
  /// - Throws: `Failure` for a table that there is none of.
  func change() throws -> (inout Normalizer.Options) -> Void {
    let tables = try self.tables.map { try Set(Self.list($0).map(Self.table)) }
    let trunks = self.trunks.map { Set(Self.list($0)) }
    return { [dtmf] options in
      if let tables { options.tables = tables }
      if let trunks { options.trunks = trunks }
      if let dtmf { options.dtmf = dtmf == .clear }
    }
  }

  private static func list(_ text: String) -> [String] {
    text.split(separator: ",").map { $0.filter { $0 != " " } }.filter { !$0.isEmpty }
  }

  private static func table(_ name: String) throws -> Normalizer.Options.BulkyTable {
    if let table = Normalizer.Options.BulkyTable(rawValue: name) { return table }
    let known = Normalizer.Options.BulkyTable.allCases.map(\.rawValue).joined(separator: ", ")
    throw Failure(Failure.usage, "there is no table \(name) to ask for; known: \(known)")
  }
}
