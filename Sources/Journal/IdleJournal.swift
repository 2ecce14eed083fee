/// A journal that nobody writes any more, held so that nobody begins to while it is read and
/// removed.
public final class IdleJournal: Sendable {
  /// The folder of the journal.
  public let folder: String
  private let lock: FileLock

  /// Takes the journal's lock. Throws if a program writes this journal.
  public init(folder: String) throws(JournalError) {
    self.folder = folder
    lock = try FileLock(
      path: folder + "/lock", refusal: "another program records into this journal")
  }
}
