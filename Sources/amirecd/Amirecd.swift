import ArgumentParser
import Configuration
import Display
import Glibc
import Logging

/// The collector service: what is given on its command line.
struct Amirecd: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "amirecd",
    abstract: "Records the manager interface of Asterisk servers into one SQLite file.",
    discussion: """
      It runs until it gets SIGTERM or SIGINT, and rereads its configuration on SIGHUP.
      Exit codes: 0 done, 1 found wanting (--check), 2 usage, 3 configuration, input, output or \
      database.
      """,
    version: "amirecd \(Version.text)")

  @Option(help: ArgumentHelp("The configuration: see etc/amirec.conf.", valueName: "file"))
  var config: String

  @Flag(
    help: """
      Say whether the configuration is good, and whether store, journals and disks can be used; do \
      nothing else.
      """)
  var check = false
}

/// The program. Its exit codes are those of all our programs: 0 done, 1 found wanting, 2 usage, 3
/// input, output or database.
@main enum Program {
  static func main() async {
    // A limit on the size of files is an error to handle, as a full disk is.
    signal(SIGXFSZ, SIG_IGN)
    // No file that is made here is for others, whatever the umask was.
    umask(umask(0o777) | 0o027)
    ProcessMemory.conceal()
    let options: Amirecd
    do {
      options = try Amirecd.parse()
    } catch {
      let text = Amirecd.fullMessage(for: error)
      if Amirecd.exitCode(for: error) == .success {
        print(text)
        exit(0)
      }
      fail(text, code: 2)
    }
    LoggingSystem.bootstrap { ErrorLog(subject: $0) }
    do {
      let configuration = try Configuration(path: options.config, environment: .current)
      if options.check {
        exit(check(configuration, options.config))
      }
      await Collector.run(configuration, path: options.config)
    } catch {
      fail("\(error)", code: 3)
    }
  }

  /// Says what there is to say of a configuration that can be read; 1 when something is wanting.
  private static func check(_ configuration: Configuration, _ path: String) -> Int32 {
    for warning in configuration.warnings { ErrorLog.complain(warning) }
    let check = StartCheck(configuration)
    for note in check.notes { print(VisibleText.line(note)) }
    for fault in check.faults { ErrorLog.complain(fault) }
    guard check.faults.isEmpty else { return 1 }
    let names = configuration.servers.map(\.name).joined(separator: ", ")
    print("\(path) is good; servers: \(names)")
    return 0
  }

  private static func fail(_ message: String, code: Int32) -> Never {
    ErrorLog.complain(message)
    exit(code)
  }
}
