import Glibc

/// Reads a file from front to back in large pieces; one that is gzipped, as its first bytes say,
/// inflated. A file of a journal is never looked at so: whoever answers on the port of a server
/// chooses its first bytes.
@safe final class ByteSource {
  /// How much is read ahead, in bytes.
  static let readAheadBytes = 1 << 20
  /// How much of a compressed file is read at a time, in bytes.
  static let compressedBytes = 128 << 10

  let path: String
  let isCompressed: Bool
  /// Size of the file in bytes, compressed if it is, when it was opened.
  let fileBytes: Int64
  /// When the file was last written, in microseconds since 1970; a gzipped file remembers when the
  /// original was.
  let modified: Int64
  /// How many bytes of the file were read, of the compressed ones if it is.
  private(set) var fileBytesRead: Int64 = 0
  /// Why a compressed file ended before its end.
  private(set) var damage: String?

  private let descriptor: Int32
  private let buffer: UnsafeMutableRawBufferPointer
  private var start = 0
  private var end = 0
  private var compressed: UnsafeMutableRawBufferPointer?
  private var compressedStart = 0
  private var compressedEnd = 0
  private var inflater: Inflater?
  private var isWhole = false
  private var isBetweenMembers = false

  /// Opens a file whose content says whether it is gzipped.
  convenience init(path: String, readAhead: Int = readAheadBytes) throws(JournalError) {
    try self.init(path: path, at: 0, readAhead: readAhead, mayBeCompressed: true)
  }

  /// Opens a plain file at an offset, whatever its content.
  convenience init(
    plain path: String, at offset: Int64, readAhead: Int = readAheadBytes
  ) throws(JournalError) {
    try self.init(path: path, at: offset, readAhead: readAhead, mayBeCompressed: false)
  }

  private init(
    path: String, at offset: Int64, readAhead: Int, mayBeCompressed: Bool
  ) throws(JournalError) {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .reading(path, errno) }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else {
      let number = errno
      close(descriptor)
      throw .reading(path, number)
    }
    guard status.st_mode & S_IFMT != S_IFDIR else {
      close(descriptor)
      throw .reading(path, EISDIR)
    }
    var head = [UInt8](repeating: 0, count: 10)
    let headBytes = unsafe pread(descriptor, &head, head.count, 0)
    isCompressed = mayBeCompressed && headBytes >= 2 && head[0] == 0x1F && head[1] == 0x8B
    // A file system may hold any date.
    let date = min(max(Int64(status.st_mtim.tv_sec), 0), IndexLine.secondsMax)
    var modified = date * 1_000_000 + Int64(status.st_mtim.tv_nsec) / 1_000
    if isCompressed, headBytes == head.count {
      let seconds = (0..<4).reduce(Int64(0)) { $0 | Int64(head[4 + $1]) << (8 * $1) }
      if seconds > 0 { modified = seconds * 1_000_000 }
    }
    self.modified = modified
    if offset > 0 { lseek(descriptor, off_t(offset), SEEK_SET) }
    self.path = path
    self.descriptor = descriptor
    fileBytes = Int64(status.st_size)
    unsafe buffer = .allocate(byteCount: readAhead, alignment: 16)
    if isCompressed {
      unsafe compressed = .allocate(byteCount: Self.compressedBytes, alignment: 16)
      inflater = Inflater()
    } else {
      unsafe compressed = nil
      inflater = nil
    }
  }

  deinit {
    close(descriptor)
    unsafe buffer.deallocate()
    unsafe compressed?.deallocate()
  }

  /// Whether nothing can be read now. A plain file may grow, and be read on.
  func isAtEnd() throws(JournalError) -> Bool {
    if start < end { return false }
    return try fill() == 0
  }

  /// Appends the next bytes to an array, up to a count; fewer only at the end.
  func take(_ count: Int, into bytes: inout [UInt8]) throws(JournalError) -> Int {
    var taken = 0
    while taken < count {
      if start == end, try fill() == 0 { break }
      let piece = min(count - taken, end - start)
      unsafe bytes.append(
        contentsOf: UnsafeRawBufferPointer(rebasing: buffer[start..<start + piece]))
      start += piece
      taken += piece
    }
    return taken
  }

  /// What a search for a line found.
  enum Line: Equatable {
    /// A line and its length in bytes with the LF; nil where it is no line of an index.
    case whole(IndexLine?, bytes: Int)
    /// No LF follows.
    case none
  }

  /// Reads the next whole line of an index; what has no LF yet stays for the next time.
  func nextLine() throws(JournalError) -> Line {
    var searched = 0
    var passed = 0
    while true {
      let base = unsafe buffer.baseAddress! + start
      let found = unsafe memchr(base + searched, 0x0A, end - start - searched)
      if let found = unsafe found {
        let length = unsafe UnsafeRawPointer(found) - UnsafeRawPointer(base)
        let bytes = unsafe UnsafeRawBufferPointer(start: base, count: length)
        let line = unsafe passed > 0 ? nil : IndexLine(bytes.bindMemory(to: UInt8.self).span)
        start += length + 1
        return .whole(line, bytes: passed + length + 1)
      }
      searched = end - start
      if unsafe searched == buffer.count {  // far too long for a line: pass over it
        passed += searched
        start = end
        searched = 0
      }
      if try fill() == 0 { return .none }
    }
  }

  /// Reads more behind what is there; 0 at the end, for now.
  private func fill() throws(JournalError) -> Int {
    if start > 0 {
      unsafe buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: buffer[start..<end]))
      end -= start
      start = 0
    }
    let free = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[end...])
    precondition(free.count > 0)
    let count = unsafe isCompressed ? try inflate(into: free) : try read(into: free)
    end += count
    return count
  }

  private func read(
    into output: UnsafeMutableRawBufferPointer
  ) throws(JournalError) -> Int {
    while true {
      let count = unsafe Glibc.read(descriptor, output.baseAddress, output.count)
      if count >= 0 {
        fileBytesRead += Int64(count)
        return count
      }
      guard errno == EINTR else { throw .reading(path, errno) }
    }
  }

  private func inflate(
    into output: UnsafeMutableRawBufferPointer
  ) throws(JournalError) -> Int {
    guard let inflater, let compressed = unsafe compressed, damage == nil, !isWhole
    else { return 0 }
    while true {
      if compressedStart == compressedEnd {
        compressedStart = 0
        compressedEnd = unsafe try read(into: compressed)
        if compressedEnd == 0 {
          isWhole = true
          if !isBetweenMembers { damage = "the gzip data ends too early" }
          return 0
        }
      }
      var consumed = 0
      var produced = 0
      let outcome = unsafe inflater.inflate(
        UnsafeMutableRawBufferPointer(rebasing: compressed[compressedStart..<compressedEnd]),
        into: output, consumed: &consumed, produced: &produced)
      compressedStart += consumed
      isBetweenMembers = outcome == .end
      if case .damaged(let reason) = outcome { damage = reason }
      if produced > 0 || damage != nil { return produced }
    }
  }
}
