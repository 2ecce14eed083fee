import Journal
import Store
import Testing

@testable import amirecd

/// The rules by which amirecd judges how far the store is behind, and how large its WAL is.
@Suite struct LagTests {
  private func place(_ segment: Int64, _ offset: Int64) -> JournalPosition {
    JournalPosition(segment: segment, offset: offset)
  }

  @Test func `what waits longest tells the lag`() {
    var lag = Lag()
    lag.note(end: place(1, 10), stored: place(1, 10), at: 0)
    #expect(lag.time(at: 5) == 0)
    lag.note(end: place(1, 20), stored: place(1, 10), at: 10)
    lag.note(end: place(1, 30), stored: place(1, 15), at: 20)
    #expect(lag.time(at: 25) == 15, "the first 20 bytes are not stored yet")
    lag.note(end: place(2, 5), stored: place(1, 20), at: 30)
    #expect(lag.time(at: 40) == 20)
    lag.note(end: place(2, 5), stored: place(2, 5), at: 50)
    #expect(lag.time(at: 60) == 0)
  }

  @Test func `the longest wait is not forgotten however long it lasts`() {
    var lag = Lag()
    for second in 0..<Int64(Lag.looksMax * 3) {
      lag.note(end: place(1, second + 1), stored: place(1, 0), at: second)
    }
    #expect(lag.time(at: 9_999) == 9_999)
    lag.note(end: place(1, 9_000), stored: place(1, 9_000), at: 10_000)
    #expect(lag.time(at: 10_001) == 0)
  }

  @Test func `as long as nothing is known to be stored all of it waits`() {
    var lag = Lag()
    lag.note(end: place(1, 10), stored: nil, at: 3)
    #expect(lag.time(at: 8) == 5)
  }

  @Test func `a WAL is emptied once a minute, a large one every five seconds`() {
    let kept = Store.walBytesKept
    #expect(WALWatch.step(bytes: 0, elapsed: .max) == .nothing)
    #expect(WALWatch.step(bytes: 1, elapsed: 59_999_999) == .nothing)
    #expect(WALWatch.step(bytes: 1, elapsed: 60_000_000) == .empty)
    #expect(WALWatch.step(bytes: kept, elapsed: 5_000_000) == .nothing)
    #expect(WALWatch.step(bytes: kept + 1, elapsed: 4_999_999) == .nothing)
    #expect(WALWatch.step(bytes: kept + 1, elapsed: 5_000_000) == .empty)
  }

  @Test func `a WAL beyond its limits is said to be held, then not written any more`() {
    #expect(WALWatch.finding(bytes: Store.walBytesWarned) == .fine)
    #expect(WALWatch.finding(bytes: Store.walBytesWarned + 1) == .held)
    #expect(WALWatch.finding(bytes: Store.walBytesMost) == .held)
    #expect(WALWatch.finding(bytes: Store.walBytesMost + 1) == .full)
  }

  @Test func `the words at a stop say what is lacking, and never more than is known`() {
    #expect(IntakeEnd(lacking: [], reason: nil).words == "the store holds all that was received")
    #expect(
      IntakeEnd(lacking: [("pbx1", 7)], reason: nil).words.hasPrefix(
        "not in the store: 7 bytes of pbx1; the journal keeps"))
    #expect(
      IntakeEnd(lacking: [], reason: "no disk").words.hasPrefix(
        "whether the store holds all is not known (no disk)"))
  }
}
