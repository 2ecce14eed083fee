internal import Glibc

/// Something that reads foreign bytes, and what must hold of it for any bytes at all.
struct FuzzTarget: Sendable {
  let name: String
  /// What is read before the first input.
  var prepare: @Sendable () -> Void = {}
  let run: @Sendable ([UInt8]) throws -> Void

  /// The registry: what is not here is not run.
  static let all = [
    FuzzTarget(name: "canary", run: fuzzCanary),
    FuzzTarget(name: "frames", run: fuzzFrames),
    FuzzTarget(name: "stream", run: fuzzStream),
    FuzzTarget(name: "normalizer", prepare: MessageCatalogue.prepare, run: fuzzNormalizer),
    FuzzTarget(name: "state", prepare: prepareState, run: fuzzState),
    FuzzTarget(name: "index", run: fuzzIndex),
    FuzzTarget(name: "recording", run: fuzzRecording),
    FuzzTarget(name: "blocks", run: fuzzBlocks),
    FuzzTarget(name: "configuration", run: fuzzConfiguration),
    FuzzTarget(name: "queue-log", run: fuzzQueueLog),
    FuzzTarget(name: "cdr", run: fuzzCDR),
    FuzzTarget(name: "cel", run: fuzzCEL),
  ]
}

/// Ends the program, as a crash does, unless something holds.
func require(_ holds: Bool, _ words: @autoclosure () -> String) {
  if !holds { fatalError(words()) }
}
