import ArgumentParser
import Configuration
import Glibc
import Reports
import SQLite

@main struct Amirec: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "amirec",
    abstract: "Reads and makes stores of recorded Asterisk Manager Interface streams.",
    discussion: """
      A store is one SQLite file. amirecd records one live; this command answers from it.

      Exit codes: 0 done, 1 found wanting, 2 usage, 3 input, output or database.
      """,
    version: Version.text,
    subcommands: [
      ImportCommand.self, ReportCommand.self, CallCommand.self, FramesCommand.self, SQLCommand.self,
      StatusCommand.self, ActionCommand.self, DoctorCommand.self, RebuildCommand.self,
      VerifyCommand.self, ReconcileCommand.self, ReplayCommand.self,
    ])

  static func main() async {
    // No file that is made here is for others, whatever the umask was.
    umask(umask(0o777) | 0o027)
    do {
      let arguments = Array(CommandLine.arguments.dropFirst())
      var command = try parseAsRoot(ActionCompletion.arguments(arguments))
      if var command = command as? any AsyncParsableCommand {
        try await command.run()
      } else {
        try command.run()
      }
    } catch {
      leave(error)
    }
  }

  /// Ends the program as `error` asks for: help on standard output, anything else in one line on
  /// standard error.
  private static func leave(_ error: any Error) -> Never {
    switch error {
    case let failure as Failure:
      complain(failure.description)
      Glibc.exit(failure.code)
    case let error as ReportsError:
      complain(error.description)
      Glibc.exit(error.code == .usage ? Failure.usage : Failure.input)
    case let error as SQLiteError where error.isDamage:
      complain(ReportsError.damaged(error.path ?? "the store", error).description)
      Glibc.exit(Failure.input)
    case let code as ExitCode:
      Glibc.exit(code.rawValue)
    default:
      break
    }
    switch exitCode(for: error) {
    case .success:
      print(fullMessage(for: error))
      Glibc.exit(0)
    case .validationFailure:
      complain("\(message(for: error)); amirec --help says more")
      Glibc.exit(Failure.usage)
    default:
      complain(message(for: error))
      Glibc.exit(Failure.input)
    }
  }

  private static func complain(_ message: String) {
    Terminal.tell(message)
  }
}
