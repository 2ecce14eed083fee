// Which message is being worked off: STORE.mark beside the store. 64-bit integers of the machine,
// in a file of 4096 bytes that is mapped into memory, so that a mark costs no call of the system
// and is still there when the process dies at it:
//
//   | number | meaning |
//   |---|---|
//   | 0 | "amirmark" |
//   | 1, 2 | session and offset of the message that is being worked off; session 0: none is |
//   | 3, 4, 5 | session and offset of the message at which a process died last, and how many did in a row |
//   | 6 | how many messages are condemned |
//   | 7, 8 … | session and offset of each of these, the oldest first |

import Glibc

/// The mark that says which message is being worked off, and what became of earlier ones: a message
/// at which two processes in a row died is condemned, which means that no further one works it off.
///
/// A program that is killed from outside dies somewhere too, but hardly twice in the same message.
/// For the holder of the store's lock alone.
///
/// **Source:** mmap(2): what a process wrote to a shared mapping outlives it.
@safe public final class FrameMark {
  /// A message by its session's row and the offset of its first byte in the session's stream.
  public struct Place: Hashable, Sendable {
    /// The row in `sessions`.
    public var session: Int64
    /// Bytes of the stream before it.
    public var offset: Int64

    /// The message at an offset of a session.
    public init(session: Int64, offset: Int64) {
      self.session = session
      self.offset = offset
    }
  }

  /// How many processes must have died in a row at a message before it is passed over.
  static let deathsMax: Int64 = 2
  /// How many condemned messages are remembered here; those before them stand in `gaps`.
  static let condemnedMax = 64
  static let fileBytes = 4096
  private static let magic = Int64(0x616D_6972_6D61_726B)

  private let numbers: UnsafeMutableBufferPointer<Int64>
  private var condemned: Set<Place> = []

  /// Opens the mark of the store at `path`, and draws the conclusion from what it says. Nil where
  /// no such file can be made: the store can be written without.
  init?(store path: String) {
    let descriptor = unsafe open(path + ".mark", O_RDWR | O_CREAT | O_CLOEXEC, mode_t(0o640))
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    // All of it must be there before it is mapped: a page without room on the disk would be a
    // signal.
    guard posix_fallocate(descriptor, 0, off_t(Self.fileBytes)) == 0,
      let memory = unsafe mmap(
        nil, Self.fileBytes, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0),
      unsafe memory != MAP_FAILED
    else { return nil }
    unsafe numbers = UnsafeMutableRawBufferPointer(start: memory, count: Self.fileBytes)
      .bindMemory(to: Int64.self)
    if unsafe numbers[0] != Self.magic {
      unsafe numbers.update(repeating: 0)
      unsafe numbers[0] = Self.magic
    }
    conclude()
  }

  deinit { unsafe munmap(numbers.baseAddress, Self.fileBytes) }

  /// If a process died at a message, counts that; at the second in a row the message is condemned.
  private func conclude() {
    let last = unsafe Place(session: numbers[1], offset: numbers[2])
    if last.session != 0 {
      let isSame = unsafe numbers[3] == last.session && numbers[4] == last.offset
      unsafe numbers[3] = last.session
      unsafe numbers[4] = last.offset
      unsafe numbers[5] = isSame ? min(numbers[5], Self.deathsMax) + 1 : 1
      unsafe numbers[1] = 0
      if unsafe numbers[5] >= Self.deathsMax { condemn(last) }
    }
    let count = unsafe Int(min(max(numbers[6], 0), Int64(Self.condemnedMax)))
    for place in 0..<count {
      unsafe condemned.insert(
        Place(session: numbers[7 + 2 * place], offset: numbers[8 + 2 * place]))
    }
  }

  private func condemn(_ place: Place) {
    var count = unsafe Int(min(max(numbers[6], 0), Int64(Self.condemnedMax)))
    if count == Self.condemnedMax {
      for number in 7..<(7 + 2 * (count - 1)) { unsafe numbers[number] = numbers[number + 2] }
      count -= 1
    }
    unsafe numbers[7 + 2 * count] = place.session
    unsafe numbers[8 + 2 * count] = place.offset
    unsafe numbers[6] = Int64(count + 1)
  }

  /// Whether a message is not to be worked off.
  public func condemns(_ place: Place) -> Bool {
    !condemned.isEmpty && condemned.contains(place)
  }

  /// A message is about to be worked off.
  public func enter(_ place: Place) {
    unsafe numbers[2] = place.offset
    unsafe numbers[1] = place.session
  }

  /// It is worked off.
  public func leave() { unsafe numbers[1] = 0 }
}
