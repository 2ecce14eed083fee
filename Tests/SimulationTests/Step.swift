/// One thing that happens in a simulated world. A line of servers has a number.
enum Step: Equatable, Sendable, CustomStringConvertible {
  /// The server says so many things.
  case speak(Int, count: Int, seed: UInt64)
  /// The network carries so many bytes of what it said, and no more.
  case carry(Int, bytes: Int)
  /// The collector tries to connect; what becomes of it.
  case connect(Int, Reception)
  /// The connection is reset: what is under way is lost.
  case reset(Int)
  /// The server closes the connection in order.
  case close(Int)
  /// The server falls silent, and the collector gives the connection up.
  case silence(Int)
  /// The server is started anew, in order or not.
  case reboot(Int, isOrderly: Bool)
  /// Time passes, in microseconds.
  case pass(Int64)
  /// The machine's clock is set by so many microseconds.
  case setClock(Int64)
  /// The intake works so many times, 20 ms apart.
  case work(Int)
  /// The collector is killed and started again.
  case kill
  /// It is killed between the bytes of a chunk and their line in the index.
  case killInWrite(Int, bytes: Int)
  /// The collector is stopped in order and started again.
  case stop
  /// No file may grow beyond the length of a server's newest segment plus so many bytes.
  case limitFiles(Int, beyond: Int)
  /// Files may grow again.
  case unlimitFiles
  /// The store may not grow; or may again.
  case fillStore(Bool)

  /// What becomes of an attempt to connect.
  enum Reception: Equatable, Sendable {
    case welcome, unreachable, refused
    /// Who answers is no Asterisk.
    case stranger(UInt64)
  }

  var description: String {
    switch self {
    case .speak(let line, let count, let seed): ".speak(\(line), count: \(count), seed: \(seed))"
    case .carry(let line, let bytes): ".carry(\(line), bytes: \(bytes))"
    case .connect(let line, let reception): ".connect(\(line), .\(reception))"
    case .reset(let line): ".reset(\(line))"
    case .close(let line): ".close(\(line))"
    case .silence(let line): ".silence(\(line))"
    case .reboot(let line, let isOrderly): ".reboot(\(line), isOrderly: \(isOrderly))"
    case .pass(let time): ".pass(\(time))"
    case .setClock(let step): ".setClock(\(step))"
    case .work(let count): ".work(\(count))"
    case .kill: ".kill"
    case .killInWrite(let line, let bytes): ".killInWrite(\(line), bytes: \(bytes))"
    case .stop: ".stop"
    case .limitFiles(let line, let beyond): ".limitFiles(\(line), beyond: \(beyond))"
    case .unlimitFiles: ".unlimitFiles"
    case .fillStore(let isFull): ".fillStore(\(isFull))"
    }
  }
}
