internal import Glibc

@testable internal import AMI
@testable internal import Normalization

// The whole normalizer. What must hold of every stream:
//
// - what was saved can be read back, and what is read back saves the same;
// - rows are the same whether the normalizer was saved and read back on the way or not;
// - no row has a time that no clock could show, none ends before it begins.
//
// The first byte of an input says how the normalizer is set.

/// Saved beside the normalizer: nothing.
private struct Nothing: Visitable {
  mutating func visit(_ visitor: inout some FieldVisitor) {}
}

/// Two normalizers that take in the same: one in one piece, and one that is saved and read back.
private struct Pair: ~Copyable {
  private let options: Normalizer.Options
  private let ceilings: Ceilings
  private var whole: Normalizer
  private var saved: Normalizer
  private var wholeRows = Tables()
  private var savedRows = Tables()

  init(_ settings: Int) {
    var options = Normalizer.Options()
    if settings & 1 != 0 { options.tables = Set(Normalizer.Options.BulkyTable.allCases) }
    if settings & 2 != 0 { options.trunks = ["SIP/trunk"] }
    options.dtmf = settings & 4 != 0
    self.options = options
    ceilings = settings & 8 != 0 ? Ceilings(all: 3) : Ceilings()
    whole = Normalizer(server: 1, options: options, ceilings: ceilings)
    saved = Normalizer(server: 1, options: options, ceilings: ceilings)
  }

  mutating func sessionBegan(id: Int64, at time: Int64) {
    whole.sessionBegan(id: id, at: time)
    saved.sessionBegan(id: id, at: time)
  }

  mutating func sessionEnded(at time: Int64) {
    whole.sessionEnded(at: time)
    saved.sessionEnded(at: time)
  }

  mutating func clockStepped(byMs step: Int64) {
    whole.clockStepped(byMs: step)
    saved.clockStepped(byMs: step)
  }

  mutating func take(_ frame: borrowing Frame, at time: Int64) {
    whole.take(frame, at: time)
    saved.take(frame, at: time)
  }

  /// The second one is saved, and goes on as another.
  mutating func save() throws {
    var nothing = Nothing()
    try saved.drain(into: &savedRows)
    let state = saved.save(with: &nothing)
    guard
      var restored = Normalizer(
        server: 1, options: options, ceilings: ceilings, restoring: state, with: &nothing)
    else { fatalError("what was saved cannot be read") }
    require(restored.save(with: &nothing) == state, "what was read back saves something else")
    saved = restored
  }

  mutating func finish() throws {
    try save()
    try whole.drain(into: &wholeRows)
    require(wholeRows == savedRows, "other rows:\n\(wholeRows.difference(from: savedRows))")
    require(wholeRows.flaws.isEmpty, wholeRows.flaws.joined(separator: "\n"))
  }
}

/// Streams that are composed: the input's bytes choose.
func fuzzNormalizer(_ input: [UInt8]) throws {
  var choices = Choices(input)
  var pair = Pair(choices.byte())
  let isShown = unsafe getenv("FUZZ_SHOW") != nil
  var buffer = FrameBuffer()
  var frame = Frame()
  for step in StreamScript(choices).steps {
    switch step {
    case .message(let bytes, let time):
      if isShown { print("# at \(time)\n\(Text.decode(bytes[...]))") }
      buffer.append(bytes)
      while buffer.next(into: &frame) { pair.take(frame, at: time) }
    case .sessionBegan(let id, let time):
      if isShown { print("# session \(id) at \(time)") }
      buffer = FrameBuffer()
      pair.sessionBegan(id: id, at: time)
    case .sessionEnded(let time):
      if isShown { print("# session ends at \(time)") }
      pair.sessionEnded(at: time)
    case .clockStepped(let step):
      if isShown { print("# clock set by \(step) ms") }
      pair.clockStepped(byMs: step)
    case .saved:
      if isShown { print("# saved") }
      try pair.save()
    }
  }
  try pair.finish()
}

/// Any bytes at all, as a connection's.
func fuzzStream(_ input: [UInt8]) throws {
  guard let first = input.first else { return }
  var pair = Pair(Int(first))
  var buffer = FrameBuffer()
  var frame = Frame()
  var time: Int64 = 1_795_392_000_000_000
  pair.sessionBegan(id: 1, at: time)
  buffer.append(input.dropFirst())
  while buffer.next(into: &frame) {
    time += 300_000
    pair.take(frame, at: time)
  }
  if buffer.finish(into: &frame) { pair.take(frame, at: time) }
  pair.sessionEnded(at: time)
  try pair.finish()
}
