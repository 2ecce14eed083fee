import Store
import Support
import Testing

/// A message at which two processes in a row died is worked off by no third.
@Suite struct FrameMarkTests {
  private static let bad = FrameMark.Place(session: 7, offset: 1_000)
  private static let good = FrameMark.Place(session: 7, offset: 2_000)

  /// A process that dies at a message: nobody says that it is done with.
  private func die(at place: FrameMark.Place, _ path: String) throws {
    try #require(Store(path: path).mark).enter(place)
  }

  private func condemns(_ place: FrameMark.Place, _ path: String) throws -> Bool {
    try #require(Store(path: path).mark).condemns(place)
  }

  @Test func `one death condemns nothing, the second in a row does, and for good`() throws {
    let path = TemporaryFolder()
    let store = path.file("store.db")
    try die(at: Self.bad, store)
    #expect(try !condemns(Self.bad, store))
    try die(at: Self.bad, store)
    #expect(try condemns(Self.bad, store))
    try die(at: Self.good, store)
    #expect(try condemns(Self.bad, store))
    #expect(try !condemns(Self.good, store))
  }

  @Test func `deaths at two messages in turn condemn neither`() throws {
    let path = TemporaryFolder()
    let store = path.file("store.db")
    for place in [Self.bad, Self.good, Self.bad, Self.good] { try die(at: place, store) }
    #expect(try !condemns(Self.bad, store))
    #expect(try !condemns(Self.good, store))
  }

  @Test func `a message that was worked off kills nobody afterwards`() throws {
    let path = TemporaryFolder()
    let store = path.file("store.db")
    for _ in 0..<3 {
      let mark = try #require(Store(path: store).mark)
      mark.enter(Self.bad)
      mark.leave()
    }
    #expect(try !condemns(Self.bad, store))
  }

  @Test func `the newest of very many condemned ones are remembered`() throws {
    let path = TemporaryFolder()
    let store = path.file("store.db")
    let places = (0..<100).map { FrameMark.Place(session: 1, offset: $0) }
    for place in places { for _ in 0..<2 { try die(at: place, store) } }
    #expect(try places.map { try condemns($0, store) } == places.map { $0.offset >= 36 })
  }
}
