import AMI
import AMIClient
import NIOCore
import Synchronization

/// What an observer was told, in order.
final class Recording: Sendable {
  private struct State {
    var bytes: [UInt8] = []
    var calls: [String] = []
    var end: Connection.End?
    var times: [Int64] = []
  }
  private let state = Mutex(State())

  var text: String { state.withLock { String(decoding: $0.bytes, as: UTF8.self) } }
  /// `connected`, `bytes`, `event NAME`, `disconnected`; runs of `bytes` as one.
  var calls: [String] { state.withLock { $0.calls } }
  var end: Connection.End? { state.withLock { $0.end } }
  var times: [Int64] { state.withLock { $0.times } }

  var observer: Observer {
    var observer = Observer()
    observer.onConnected = { time in
      self.state.withLock {
        $0.calls.append("connected")
        $0.times.append(time)
      }
    }
    observer.onBytes = { bytes, time in
      self.state.withLock {
        $0.bytes.append(contentsOf: bytes.readableBytesView)
        if $0.calls.last != "bytes" { $0.calls.append("bytes") }
        $0.times.append(time)
      }
    }
    observer.onEvent = { event in
      self.state.withLock { $0.calls.append("event \(event.text(of: .event) ?? "")") }
    }
    observer.onDisconnected = { end, time in
      self.state.withLock {
        $0.calls.append("disconnected")
        $0.end = end
        $0.times.append(time)
      }
    }
    return observer
  }
}
