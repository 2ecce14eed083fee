import Glibc
import Support
import Testing

/// README.md against the programs.
@Suite struct ReadmeTests {
  private static let root = String(Fixture.tests.dropLast("/Tests".count))
  private static let readme = String(decoding: content(of: "\(root)/README.md"), as: UTF8.self)

  /// Its examples and the help texts in it; `scripts/readme` without `--check` takes over what
  /// changed.
  @Test func `what README shows is what the programs print`() async throws {
    let folder = Program.built("amirec").path.dropLast("/amirec".count)
    let outcome = try await Oracle.python([
      "\(Self.root)/scripts/readme", "--check", "--bin", String(folder),
    ])
    #expect(outcome.status == 0, "scripts/readme mends it\n\(outcome.output)\(outcome.errors)")
  }

  @Test func `README shows the help of every command`() async throws {
    let outcome = try await Program.built("amirec").run(["--help"])
    let lines = outcome.output.split(separator: "\n").map(String.init)
    let list = try #require(lines.firstIndex(of: "SUBCOMMANDS:"))
    let commands = lines[(list + 1)...].filter { $0.hasPrefix("  ") && !$0.hasPrefix("   ") }
      .compactMap { $0.split(separator: " ").first }.filter { $0 != "See" }
    #expect(commands.count > 5)
    for command in ["amirec", "amirecd"] + commands.map({ "amirec \($0)" }) {
      #expect(
        Self.readme.contains("\n$ \(command) --help\n"), "add $ \(command) --help to a block")
    }
  }

  @Test func `a block that shows something else is found`() async throws {
    let folder = TemporaryFolder()
    for name in ["scripts", "Tests"] { #expect(unsafe mkdir(folder.file(name), 0o700) == 0) }
    let script = String(decoding: content(of: "\(Self.root)/scripts/readme"), as: UTF8.self)
    write(script, to: folder.file("scripts/readme"))
    func check(_ shown: String) async throws -> Int32 {
      write(
        "<!-- run -->\n```console\n$ printf 'a1\\nb\\nc\\n'\n\(shown)```\n",
        to: folder.file("README.md"))
      return try await Oracle.python([folder.file("scripts/readme"), "--check"]).status
    }
    #expect(try await check("a1\nb\nc\n") == 0)
    #expect(try await check("a…\n…\nc\n") == 0)
    #expect(try await check("…\n") == 0)
    #expect(try await check("a2\nb\nc\n") == 1)
    #expect(try await check("a1\nb\n") == 1)
    #expect(try await check("") == 1)
  }
}
