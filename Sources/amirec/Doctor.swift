import AMIClient
import ArgumentParser
import Configuration
import Reports

struct DoctorCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Says what an Asterisk and its manager user will not tell, and what would make them.",
    discussion: """
      Logs in to each server of the configuration as amirecd does, asks, sends one UserEvent \
      (\(Visit.eventName)) where the user may, and looks at the folders of store and journal. It \
      changes nothing. To be run as the user that runs amirecd.

      Each check is ok, a warning, or missing: then something is not recorded as long as it is so; \
      or exposed: then others on this machine can get at a secret. Below it stands what mends it. \
      Ends with 1 when something is missing or exposed, with 3 when a server cannot be reached or \
      does not let us in.
      """)

  @Option(help: ArgumentHelp("The configuration of amirecd.", valueName: "file"))
  var config: String

  @Option(help: ArgumentHelp("Only this server.", valueName: "name"))
  var server: String?

  @Flag(help: "Write the answer as JSON.")
  var json = false

  func run() async throws {
    ProcessMemory.conceal()
    let configuration: Configuration
    do {
      configuration = try Configuration(path: config, environment: .current)
    } catch {
      throw Failure(Failure.input, "\(error)")
    }
    var diagnosis = Diagnosis()
    for server in try chosen(of: configuration) {
      diagnosis.patients.append(await Self.examine(server, tables: configuration.tables))
    }
    diagnosis.machine = Self.machineChecks(configuration)
    let output = Terminal.output()
    try output.write(json ? diagnosis.json : diagnosis.text)
    try output.flush()
    if diagnosis.exitCode != 0 { throw ExitCode(diagnosis.exitCode) }
  }

  private func chosen(of configuration: Configuration) throws -> [Configuration.Server] {
    guard let server else { return configuration.servers }
    let chosen = configuration.servers.filter { $0.name == server }
    guard chosen.isEmpty else { return chosen }
    let names = configuration.servers.map(\.name).joined(separator: ", ")
    throw Failure(Failure.usage, "there is no server \(server) in \(config); it has \(names)")
  }

  private static func examine(
    _ server: Configuration.Server, tables: [String]
  ) async -> Diagnosis.Patient {
    let checks: [Check]
    let section: ManagerSection
    var isReached = true
    do throws(ClientError) {
      let examination = Examination(symptoms: try await Visit.pay(to: server, tables: tables))
      checks = examination.checks
      section = examination.section
    } catch {
      isReached = false
      section = ManagerSection(username: server.username, isLocal: server.isLocal)
      let name = error.code == .loginRefused ? "login" : "connection"
      let remedy = Check.Remedy(file: "manager.conf", lines: section.lines)
      checks = [Check(name, .missing, error.message, error.code == .loginRefused ? remedy : nil)]
    }
    return Diagnosis.Patient(
      name: server.name, host: server.host, port: server.port, isReached: isReached,
      checks: checks, section: section)
  }

  private static func machineChecks(_ configuration: Configuration) -> [Check] {
    let slash = configuration.store.lastIndex(of: "/")!
    let folder = configuration.store[..<slash]
    return [
      FolderCheck.check(
        "store", folder: folder.isEmpty ? "/" : String(folder), file: configuration.store),
      FolderCheck.check("journal", folder: configuration.journal, isMade: true),
    ] + configuration.warnings.map { Check("configuration", .warning, $0) }
      + configuration.exposures.map { Check("configuration", .exposed, $0) }
  }
}
