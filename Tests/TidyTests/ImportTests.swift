import Support
import Testing

/// The arrows between targets: ARCHITECTURE.md draws them, Package.swift declares them, and here
/// they are checked against what the files import.
@Suite struct ImportTests {
  private static let system: Set<String> = ["Glibc", "Dispatch", "Synchronization"]
  private static let nio: Set<String> = ["NIOCore", "NIOPosix", "NIOSSL", "NIOTLS"]

  /// What each target may import.
  static let mayImport: [String: Set<String>] = [
    // No I/O and no clock: nothing of the system.
    "AMI": [],
    "Display": [],
    "Normalization": ["AMI"],
    "SQLite": ["CSQLite", "Glibc"],
    "AMIClient": system.union(nio).union(["AMI", "Crypto", "Display", "Logging"]),
    "Journal": system.union(["CZlib"]),
    "Configuration": system.union(["CLinux"]),
    "Store": system.union(["Normalization", "SQLite", "CZlib"]),
    "Ingest": system.union(["AMI", "Journal", "Normalization", "Reconciliation", "Store"]),
    "Reconciliation": system.union(["AMI", "Journal", "SQLite", "Store"]),
    "Reports": system.union(["Display", "SQLite"]),
    "amirecd": system.union(nio).union([
      "AMI", "AMIClient", "ArgumentParser", "Configuration", "Display", "Ingest", "Journal",
      "Logging", "Normalization", "Store", "UnixSignals",
    ]),
    "amirec": system.union(nio).union([
      "AMI", "AMIClient", "ArgumentParser", "Configuration", "Display", "Ingest", "Journal",
      "Normalization", "Reconciliation", "Reports", "SQLite", "Store",
    ]),
  ]

  /// The modules that a file imports.
  private func imports(of file: Tree.File) -> [String] {
    file.lines.compactMap { line in
      line.wholeMatch(
        of:
          #/(?:@\w+ )*(?:public |package |internal )?import (?:struct |class |enum |func )?(\w+).*/#
      ).map { String($0.1) }
    }
  }

  @Test func `imports follow the table of targets`() {
    var seen: Set<String> = []
    for file in Tree.sources {
      let target = String(file.path.split(separator: "/")[1])
      seen.insert(target)
      guard let allowed = Self.mayImport[target] else {
        Issue.record(
          "\(target) is not in the table: say here and in ARCHITECTURE.md what it imports")
        continue
      }
      for module in imports(of: file) where !allowed.contains(module) {
        Issue.record("\(file) imports \(module)")
      }
    }
    #expect(seen == Set(Self.mayImport.keys))
  }

  @Test func `every target stands in ARCHITECTURE.md and in Package.swift`() throws {
    let architecture = try #require(Tree.files.first { $0.path == "ARCHITECTURE.md" }).text
    let package = try #require(Tree.files.first { $0.path == "Package.swift" }).text
    for target in Self.mayImport.keys {
      #expect(architecture.contains("\n| `\(target)` |"), "\(target)")
      #expect(package.contains("\"\(target)\""), "\(target)")
    }
  }

  @Test func `nothing imports Foundation`() {
    for file in Tree.sources {
      for module in imports(of: file) {
        #expect(!module.hasPrefix("Foundation"), "\(file)")
      }
    }
  }

  /// Foundation would double the size of a program; it comes in with a careless dependency.
  @Test(arguments: ["amirec", "amirecd"])
  func `the programs are linked without Foundation`(name: String) async throws {
    let ldd = try #require(Program.installed("ldd"), "install ldd (apt-get install libc-bin)")
    let outcome = try await ldd.run([Program.built(name).path])
    #expect(outcome.status == 0, "\(outcome.errors)")
    let libraries = outcome.output.split(separator: "\n").compactMap { line in
      line.split(whereSeparator: \.isWhitespace).first.map(String.init)
    }
    #expect(libraries.contains { $0.hasPrefix("libsqlite3.so") }, "\(outcome.output)")
    for heavy in [
      "libFoundation.so", "libFoundationInternationalization.so", "lib_FoundationICU.so",
    ] {
      #expect(!libraries.contains(heavy), "\(name) needs \(heavy)")
    }
  }
}
