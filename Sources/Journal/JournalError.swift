import Glibc

/// Why a journal or capture could not be read or written, in one line that says what to do.
public struct JournalError: Error, Equatable, Sendable, CustomStringConvertible {
  /// What kind of failure it is.
  public enum Code: Equatable, Sendable {
    /// The file is missing, no file, or may not be read.
    case unreadable
    /// The file holds nothing.
    case empty
    /// The index contradicts itself, so that the times of the bytes cannot be told.
    case contradictoryIndex
    /// Another program writes this journal.
    case locked
    /// The disk or the quota is used up.
    case full
    /// The file is as large as a file may become.
    case tooLarge
    /// The file or folder could not be written.
    case unwritable
  }

  /// What kind of failure it is.
  public let code: Code
  /// The file or folder.
  public let path: String
  /// What is wrong, and what the operator can do: one line.
  public let message: String

  /// Path and message, in one line.
  public var description: String { "\(path): \(message)" }

  init(_ code: Code, _ path: String, _ message: String) {
    self.code = code
    self.path = path
    self.message = message
  }

  /// What the system says about a failed call on a file that is to be read.
  static func reading(_ path: String, _ number: Int32) -> JournalError {
    let hint =
      switch number {
      case ENOENT: "there is no such file; check its name"
      case EACCES, EPERM: "it may not be read; give this user the right to read it"
      case EISDIR: "it is a folder; give the name of a file in it"
      default: "it cannot be read (\(text(number))); check the disk it is on"
      }
    return JournalError(.unreadable, path, hint)
  }

  /// What the system says about a failed call on a file that is to be written.
  static func writing(_ path: String, _ number: Int32) -> JournalError {
    switch number {
    case ENOSPC, EDQUOT:
      JournalError(.full, path, "the disk is full (\(text(number))); free some space")
    case EFBIG:
      JournalError(
        .tooLarge, path,
        "the file is as large as allowed (\(text(number))); raise the limit of file size")
    case EACCES, EPERM, EROFS:
      JournalError(
        .unwritable, path, "it may not be written (\(text(number))); give this user the right to")
    case EMFILE, ENFILE:
      JournalError(
        .unwritable, path, "too many files are open (\(text(number))); raise LimitNOFILE")
    default:
      JournalError(
        .unwritable, path, "it cannot be written (\(text(number))); check the disk it is on")
    }
  }

  private static func text(_ number: Int32) -> String {
    guard let words = unsafe strerror(number) else { return "error \(number)" }
    return unsafe String(cString: words)
  }
}
