internal import CFuzzer
internal import Glibc

/// The program of `make fuzz`: `fuzz TARGET [options of libFuzzer] [folders and files]`. Without
/// arguments it names its targets.
@main
struct Fuzz {
  /// The one that is named.
  fileprivate static let target = FuzzTarget.all.first {
    CommandLine.arguments.count > 1 && $0.name == CommandLine.arguments[1]
  }

  static func main() {
    guard let target else {
      for target in FuzzTarget.all { print(target.name) }
      exit(CommandLine.arguments.count > 1 ? 2 : 0)
    }
    target.prepare()
    // libFuzzer takes the target's name for the program's.
    var count = CommandLine.argc - 1
    var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? =
      unsafe CommandLine.unsafeArgv + 1
    exit(unsafe LLVMFuzzerRunDriver(&count, &arguments, { unsafe testOneInput($0, $1) }))
  }
}

/// Called with every input. The name is the one that libFuzzer's own `main`, which is linked too,
/// looks for.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  let input = unsafe [UInt8](UnsafeBufferPointer(start: start, count: count))
  do { try Fuzz.target?.run(input) } catch { fatalError("\(error)") }
  return 0
}
