/// The independent count of Tests/Oracle, in Python.
public enum Oracle {
  /// Runs python3 with these arguments.
  public static func python(_ arguments: [String]) async throws -> Outcome {
    guard let python = Program.installed("python3") else {
      throw MissingPython()
    }
    return try await python.run(arguments, environment: ["PYTHONDONTWRITEBYTECODE": "1"])
  }

  /// Runs one of the scripts of Tests/Oracle.
  public static func run(_ script: String, _ arguments: [String]) async throws -> Outcome {
    try await python(["\(Fixture.tests)/Oracle/\(script)"] + arguments)
  }

  /// Compares a store with the recording it was imported from, and what the built `amirec` says of
  /// it.
  public static func compare(store: String, recording: String) async throws -> Outcome {
    let amirec = Program.built("amirec").path
    return try await run(
      "compare.py", ["--db", store, "--capture", recording, "--amirec", amirec])
  }

  /// A Python program that copies a store (its first argument) to its second and runs its third
  /// there as SQL.
  public static let change = """
    import os, sqlite3, sys
    if os.path.exists(sys.argv[2]): os.remove(sys.argv[2])
    store, copy = sqlite3.connect(sys.argv[1]), sqlite3.connect(sys.argv[2])
    store.backup(copy)
    copy.execute("PRAGMA foreign_keys = OFF")
    assert copy.execute(sys.argv[3]).rowcount > 0
    copy.commit()
    """
}

/// The tests need Python.
public struct MissingPython: Error, CustomStringConvertible {
  public var description: String {
    "python3 is not on the PATH: install it (apt-get install python3); these tests compare with it"
  }
}

/// Room for a few things at a time: so many long tests may run beside each other.
public actor Place {
  /// Two programs at a time: the tests of this machine have at least two cores.
  public static let two = Place(2)

  private var free: Int
  private var waiting: [CheckedContinuation<Void, Never>] = []

  public init(_ places: Int) { free = places }

  /// Runs `body` when there is a place for it.
  public func held<R: Sendable>(_ body: @Sendable () async throws -> R) async rethrows -> R {
    if free > 0 { free -= 1 } else { await withCheckedContinuation { waiting.append($0) } }
    defer { if waiting.isEmpty { free += 1 } else { waiting.removeFirst().resume() } }
    return try await body()
  }
}
