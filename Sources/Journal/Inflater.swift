import CZlib

/// Inflates a gzip stream, several members one after the other included, a piece at a time.
///
/// zlib remembers the address of its state, so the state stays at one.
@safe final class Inflater {
  /// What came of a piece.
  enum Outcome: Equatable {
    case more
    /// All members are whole, and nothing but padding follows.
    case end
    /// The stream is damaged; what was inflated so far is good.
    case damaged(String)
  }

  private let stream: UnsafeMutablePointer<z_stream>
  private var isBetweenMembers = false

  init() {
    unsafe stream = .allocate(capacity: 1)
    unsafe stream.initialize(to: z_stream())
    let windowBits: Int32 = 15 + 16  // the largest window, with gzip's header and trailer
    let code = unsafe inflateInit2_(
      stream, windowBits, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    precondition(code == Z_OK, "zlib did not start")  // only for lack of memory
  }

  deinit {
    unsafe inflateEnd(stream)
    unsafe stream.deinitialize(count: 1)
    unsafe stream.deallocate()
  }

  /// Inflates input into output. `consumed` and `produced` say how much of each was used.
  func inflate(
    _ input: UnsafeMutableRawBufferPointer, into output: UnsafeMutableRawBufferPointer,
    consumed: inout Int, produced: inout Int
  ) -> Outcome {
    var input = unsafe input
    consumed = 0
    produced = 0
    if isBetweenMembers {
      while let first = unsafe input.first, first == 0 {  // padding, as tape drives leave it
        unsafe input = UnsafeMutableRawBufferPointer(rebasing: input.dropFirst())
        consumed += 1
      }
      guard let first = unsafe input.first else { return .end }
      guard first == 0x1F else { return .damaged("something else follows the gzip data") }
      unsafe inflateReset(stream)
      isBetweenMembers = false
    }
    unsafe stream.pointee.next_in = input.baseAddress?.assumingMemoryBound(to: Bytef.self)
    unsafe stream.pointee.avail_in = uInt(input.count)
    unsafe stream.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: Bytef.self)
    unsafe stream.pointee.avail_out = uInt(output.count)
    let code = unsafe CZlib.inflate(stream, Z_NO_FLUSH)
    consumed += unsafe input.count - Int(stream.pointee.avail_in)
    produced = unsafe output.count - Int(stream.pointee.avail_out)
    switch code {
    case Z_OK, Z_BUF_ERROR: return .more
    case Z_STREAM_END:
      isBetweenMembers = true
      return .end
    default: return .damaged("the gzip data is damaged")
    }
  }
}
