import AMI
import Glibc

/// A mistake of ours, to be made on purpose: programs built for tests end at the user event whose
/// name stands in AMIREC_TRAP, so that a test can see what becomes of the message. In a release
/// there is no such thing.
enum Trap {
  #if DEBUG
    private static let name = unsafe getenv("AMIREC_TRAP").map { unsafe String(cString: $0) }
  #endif

  /// Ends the program at the message that it is set for.
  @inline(__always)
  static func spring(at frame: borrowing Frame) {
    #if DEBUG
      guard let name, frame.has(.userEvent, name.utf8) else { return }
      fatalError("AMIREC_TRAP")
    #endif
  }
}
