import Testing

/// The Markdown files, and whether they name all there is.
@Suite struct DocumentTests {
  private static let documents = Tree.files.filter { $0.path.hasSuffix(".md") }

  private func text(_ path: String) throws -> String {
    try #require(Tree.files.first { $0.path == path }, "there is no \(path)").text
  }

  @Test func `the documents of a project are there`() throws {
    for name in [
      "README.md", "ARCHITECTURE.md", "CHANGELOG.md", "BENCHMARKS.md", "SECURITY.md",
    ] {
      #expect(try text(name).hasPrefix("# "), "\(name)")
    }
    #expect(try text("LICENSE").contains("Apache License\n                           Version 2.0"))
  }

  @Test func `every relative link leads somewhere`() {
    var count = 0
    for document in Self.documents {
      for match in document.text.matches(of: #/\]\(([^)#:\s]+)(?:#[^)]*)?\)/#) {
        count += 1
        let target = document.folder.isEmpty ? String(match.1) : "\(document.folder)/\(match.1)"
        #expect(Tree.has(target), "\(document): \(match.1)")
      }
    }
    #expect(count > 10)
  }

  @Test func `a document has one title`() {
    for document in Self.documents {
      var isCode = false
      var titles = 0
      for line in document.lines {
        if line.hasPrefix("```") { isCode.toggle() }
        if !isCode, line.hasPrefix("# ") { titles += 1 }
      }
      #expect(!isCode, "\(document): a block has no end")
      #expect(titles == 1, "\(document)")
    }
  }

  @Test func `README names every report and every table`() throws {
    let readme = try text("README.md")
    let reports = Tree.files(in: "queries", ".sql")
    #expect(!reports.isEmpty)
    for report in reports {
      #expect(readme.contains("\n\(report.name.dropLast(".sql".count))\n"), "\(report)")
    }
    var tables = 0
    for migration in Tree.files(in: "schema", ".sql") {
      for match in migration.text.matches(of: #/CREATE TABLE (\w+)/#) {
        tables += 1
        #expect(readme.contains("`\(match.1)`"), "\(match.1)")
      }
    }
    #expect(tables > 10)
  }

  @Test func `the change log has a place for what comes`() throws {
    #expect(try text("CHANGELOG.md").contains("\n## [Unreleased]\n"))
  }
}
