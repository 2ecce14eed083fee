// The index of a recording: what arrived when. It stands beside the bytes (X.idx beside X.ami).
// It is text; every line ends in LF and has fields with one space between them:
//
//   | line                              | meaning                                                     |
//   |-----------------------------------|-------------------------------------------------------------|
//   | OFFSET LENGTH TIME                | a chunk of LENGTH bytes from OFFSET of the .ami on, received |
//   |                                   | at TIME                                                     |
//   | OFFSET connect TIME               | a connection was made; its bytes begin at OFFSET            |
//   | OFFSET disconnect TIME            | it was closed; its bytes end before OFFSET. Without a       |
//   |                                   | connect before it: an attempt to connect that failed        |
//   | OFFSET step TIME SECONDS          | the machine's wall clock was set at TIME, which goes on as  |
//   |                                   | if it had not been: ahead by SECONDS, or back (with -)       |
//   | 0 continue TIME SESSION_OFFSET    | first line only: the bytes go on with the connection that   |
//   |                                   | was made at TIME; the first is number SESSION_OFFSET of it  |
//
//   OFFSET, LENGTH, SESSION_OFFSET: decimal, without sign. TIME: seconds since 1970 with a fraction
//   of six digits (fewer, none, or up to nine are read). SECONDS: likewise, with a sign where it is
//   negative. Offsets never go back. Chunks follow each
//   other without holes; where there is one (a crash, a full disk), its bytes came before the next
//   line's time and count with that. Bytes past the last whole line count with the file's time.

/// One line of an index.
struct IndexLine: Equatable {
  enum Kind: Equatable {
    case chunk(length: Int64)
    case connect
    case disconnect
    /// By how much the wall clock was set, in microseconds.
    case step(by: Int64)
    case resume(sessionOffset: Int64)
  }

  /// Longest line in bytes, without its LF: three numbers of 20 digits, or two and a word, fit.
  static let bytesMax = 96
  /// The last second of the year 9999: a later time is no time.
  static let secondsMax: Int64 = 253_402_300_799

  var offset: Int64
  var kind: Kind
  /// Microseconds since 1970.
  var time: Int64

  /// Where the bytes it speaks of end.
  var end: Int64 {
    if case .chunk(let length) = kind { return offset + length }
    return offset
  }

  /// A line of a time that a clock told: one that no line can hold, of a clock that is badly off,
  /// becomes the nearest that it can.
  init(offset: Int64, kind: Kind, time: Int64) {
    precondition(offset >= 0)
    self.offset = offset
    self.kind = kind
    self.time = min(max(time, 0), Self.secondsMax * 1_000_000)
    if case .step(let step) = kind {
      let most = Self.secondsMax * 1_000_000
      self.kind = .step(by: min(max(step, -most), most))
    }
  }

  /// Reads a line without its LF; nil if it is none of those above.
  init?(_ line: Span<UInt8>) {
    guard line.count <= Self.bytesMax else { return nil }
    var fields = Fields()
    guard let offset = fields.number(in: line), fields.space(in: line) else { return nil }
    self.offset = offset
    if let length = fields.number(in: line) {
      guard !offset.addingReportingOverflow(length).overflow else { return nil }
      kind = .chunk(length: length)
    } else if fields.word("connect", in: line) {
      kind = .connect
    } else if fields.word("disconnect", in: line) {
      kind = .disconnect
    } else if fields.word("step", in: line) {
      kind = .step(by: 0)
    } else if fields.word("continue", in: line) {
      kind = .resume(sessionOffset: 0)
    } else {
      return nil
    }
    guard fields.space(in: line), let time = fields.time(in: line) else { return nil }
    self.time = time
    if case .step = kind {
      guard fields.space(in: line) else { return nil }
      let isBack = fields.word("-", in: line)
      guard let step = fields.time(in: line) else { return nil }
      kind = .step(by: isBack ? -step : step)
    }
    if case .resume = kind {
      guard offset == 0, fields.space(in: line), let sessionOffset = fields.number(in: line)
      else { return nil }
      kind = .resume(sessionOffset: sessionOffset)
    }
    guard fields.at == line.count else { return nil }
  }

  /// Appends the line with its LF.
  func write(to bytes: inout [UInt8]) {
    Self.write(offset, to: &bytes)
    switch kind {
    case .chunk(let length):
      bytes.append(0x20)
      Self.write(length, to: &bytes)
    case .connect: bytes.append(contentsOf: " connect".utf8)
    case .disconnect: bytes.append(contentsOf: " disconnect".utf8)
    case .step: bytes.append(contentsOf: " step".utf8)
    case .resume: bytes.append(contentsOf: " continue".utf8)
    }
    bytes.append(0x20)
    Self.write(seconds: time, to: &bytes)
    if case .step(let step) = kind {
      bytes.append(0x20)
      if step < 0 { bytes.append(0x2D) }
      Self.write(seconds: Int64(clamping: step.magnitude), to: &bytes)
    }
    if case .resume(let sessionOffset) = kind {
      bytes.append(0x20)
      Self.write(sessionOffset, to: &bytes)
    }
    bytes.append(0x0A)
  }

  /// Appends microseconds as seconds with a fraction of six digits.
  private static func write(seconds time: Int64, to bytes: inout [UInt8]) {
    write(time / 1_000_000, to: &bytes)
    bytes.append(0x2E)
    write(time % 1_000_000, digits: 6, to: &bytes)
  }

  /// Appends a number in decimal, with leading zeros up to the given digits.
  private static func write(_ number: Int64, digits: Int = 1, to bytes: inout [UInt8]) {
    var divisor: Int64 = 1
    var count = 1
    while number / divisor >= 10 || count < digits {
      divisor *= 10
      count += 1
    }
    while divisor > 0 {
      bytes.append(0x30 + UInt8(truncatingIfNeeded: number / divisor % 10))
      divisor /= 10
    }
  }
}

/// Where in a line the next field begins; each function reads one or leaves it alone.
private struct Fields {
  var at = 0

  /// Digits up to something else; nil for none, or for more than 2^63 - 1.
  mutating func number(in line: Span<UInt8>) -> Int64? {
    var number: Int64 = 0
    var next = at
    while next < line.count, line[next] >= 0x30, line[next] <= 0x39 {
      let (tens, overflow) = number.multipliedReportingOverflow(by: 10)
      let (sum, tooLarge) = tens.addingReportingOverflow(Int64(line[next] - 0x30))
      guard !overflow, !tooLarge else { return nil }
      number = sum
      next += 1
    }
    guard next > at else { return nil }
    at = next
    return number
  }

  /// Seconds with a fraction, as microseconds: in integers, as a Double holds no microseconds of
  /// today.
  mutating func time(in line: Span<UInt8>) -> Int64? {
    guard let seconds = number(in: line), seconds <= IndexLine.secondsMax else { return nil }
    guard at < line.count, line[at] == 0x2E else { return seconds * 1_000_000 }
    var fraction: Int64 = 0
    var digits = 0
    at += 1
    while at < line.count, line[at] >= 0x30, line[at] <= 0x39 {
      if digits < 6 { fraction = fraction * 10 + Int64(line[at] - 0x30) }
      digits += 1
      at += 1
    }
    guard digits >= 1, digits <= 9 else { return nil }
    while digits < 6 {
      fraction *= 10
      digits += 1
    }
    return seconds * 1_000_000 + fraction
  }

  mutating func space(in line: Span<UInt8>) -> Bool {
    guard at < line.count, line[at] == 0x20 else { return false }
    at += 1
    return true
  }

  /// Whether the word comes next.
  mutating func word(_ word: StaticString, in line: Span<UInt8>) -> Bool {
    let length = word.utf8CodeUnitCount
    guard at + length <= line.count else { return false }
    for offset in 0..<length where unsafe word.utf8Start[offset] != line[at + offset] {
      return false
    }
    at += length
    return true
  }
}
